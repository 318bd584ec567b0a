"""What the image is made of is written down, version and hash, and agrees with what the project asks for."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = ("requirements.lock", "requirements-build.lock")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.M)


def pins(root: Path, lock: str) -> dict[str, set[str]]:
    """Each part of a lock with its versions: more than one where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall((root / lock).read_text("utf-8")):
        found.setdefault(canonicalize_name(name), set()).add(version)
    assert len(found) > 20
    return found


def asked(root: Path) -> list[Requirement]:
    """What pyproject.toml asks for in the image: what is always needed, and every extra but those of developers."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    served = [one for name, group in extras.items() if name not in ("dev", "bench") for one in group]
    return [Requirement(one) for one in [*project["dependencies"], *served]]


def test_all_that_is_asked_for_is_locked(root: Path) -> None:
    """A library added to the project is in the image too, in a version the project allows."""
    locked = pins(root, "requirements.lock")
    for requirement in asked(root):
        name = canonicalize_name(requirement.name)
        if name != "parvis":
            assert name in locked, f"{name} is not locked: run .ci/image/lock"
            assert all(requirement.specifier.contains(version) for version in locked[name]), (
                f"run .ci/image/lock: {name}"
            )


def test_all_that_builds_is_locked(root: Path) -> None:
    """The tools of the build are locked as well: what makes the image could change it."""
    locked = pins(root, "requirements-build.lock")
    lines = (root / "requirements-build.in").read_text("utf-8").splitlines()
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["build-system"]["requires"], *(line for line in lines if line and not line.startswith("#"))]
    for requirement in map(Requirement, wanted):
        versions = locked[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), requirement.name


def test_every_part_has_its_hashes(root: Path) -> None:
    """A part that was swapped on its way is refused: each is known by its hashes."""
    for lock in LOCKS:
        for entry in re.split(r"\n(?=\S)", (root / lock).read_text("utf-8")):
            if _PIN.match(entry):
                assert "--hash=sha256:" in entry, entry.partition("\n")[0]


def test_locks_name_no_place(root: Path) -> None:
    """A lock says what, never from where: neither a registry, nor an address, nor a folder."""
    for lock in LOCKS:
        text = (root / lock).read_text("utf-8")
        assert not re.search(r"https?:|file:|@ |--(?:extra-)?index|--find-links|--trusted|(?:^|\s)/\w", text)


def test_the_image_installs_from_the_locks_alone(root: Path) -> None:
    """Whatever the Dockerfile installs has its hash compared, and the lock covers every extra for residents."""
    dockerfile = (root / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    for command in re.findall(r"-m pip (?:install|wheel|--python \S+ install)[^&\n]*", dockerfile):
        assert "--require-hashes" in command or "--no-index" in command or "--no-deps --no-build-isolation" in command
    extras = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    script = (root / ".ci" / "image" / "lock").read_text("utf-8")
    named = set(re.findall(r"--extra ([\w-]+)", script))
    assert named | {"matrix", "dev", "bench"} == set(extras)
    assert any("matrix]" in one for one in extras["matrix-encryption"])
