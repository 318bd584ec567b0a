"""What is in the image, and what is not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from containerrig import USER, podman

if TYPE_CHECKING:
    from containerrig import Container

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 250_000_000
# What would help an intruder, or was only needed to build; by the name of the file.
UNWANTED = {
    *("gcc", "cc", "g++", "ld", "as", "make", "pip", "pip3", "apt", "apt-get", "dpkg", "perl", "sh", "bash", "dash"),
    *("curl", "wget", "su", "sudo", "mount", "busybox", "strip"),
}
LIST = """
import json, os
tops = [one for one in os.walk('/') if not one[0].startswith(('/proc', '/sys', '/dev'))]
found = [os.path.join(top, name) for top, folders, names in tops for name in [*names, *folders]]
setuid = [file for file in found if not os.path.islink(file) and os.stat(file).st_mode & 0o6000]
owned = [file for file in found if os.lstat(file).st_uid and not file.startswith(('/data', '/run/secrets'))]
print(json.dumps([found, setuid, owned]))
"""


@pytest.fixture(scope="module")
def config(image: str) -> dict[str, Any]:
    """What the image says of itself."""
    inspected: dict[str, Any] = json.loads(podman("image", "inspect", image))[0]
    return inspected


def test_it_is_small(config: dict[str, Any]) -> None:
    """A town downloads and keeps 250 MB at most."""
    assert config["Size"] <= MOST_BYTES


def test_it_says_what_it_is(config: dict[str, Any]) -> None:
    """Its user is a number that is not root's, only /data is a volume, and its labels tell where it comes from."""
    settings = config["Config"]
    assert settings["User"] == f"{USER}:{USER}"
    assert set(settings["Volumes"]) == {"/data"}
    assert settings["StopSignal"] in ("SIGTERM", "15")
    assert "health" in config["Healthcheck"]["Test"]
    labels = settings["Labels"]
    wanted = {"title", "description", "licenses", "version", "revision", "created", "base.name"}
    assert {f"org.opencontainers.image.{name}" for name in wanted} <= set(labels)
    assert labels["org.opencontainers.image.revision"] != "unknown"


def test_nothing_in_it_is_for_building_or_breaking_in(container: Container) -> None:
    """No compiler, no installer, no shell, no cache of pip; nothing gains rights, and nothing but /data is its own."""
    found, setuid, owned = json.loads(container.once_python(LIST))
    assert [file for file in found if Path(file).name in UNWANTED and "/bin" in file] == []
    assert [file for file in found if file.endswith((".c", ".h", ".a", "/pip", "/ensurepip"))] == []
    assert (setuid, owned) == ([], [])


def test_the_parts_list_names_every_part(container: Container) -> None:
    """The CycloneDX list in the image names Parvis and every locked library, in its version."""
    listed = json.loads(container.once_python("print(open('/usr/share/doc/parvis/parvis.cdx.json').read())"))
    assert listed["bomFormat"] == "CycloneDX"
    parts = {(_plain(part["name"]), part["version"]) for part in listed["components"]}
    locked = re.findall(r"^([\w.-]+)==([\w.]+)(.*)\\$", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    ours = {(_plain(name), version) for name, version, marker in locked if _is_ours(marker)}
    assert len(ours) > 40
    assert ours - {part for part in ours if part[0] == "pip"} <= parts
    assert "parvis" in {name for name, _ in parts}


def test_everything_in_it_can_be_loaded(container: Container) -> None:
    """Each module of Parvis loads with the image's own Python and libraries, on every network."""
    load = """
import importlib, pkgutil, adapters, bot
for package in (bot, adapters):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        importlib.import_module(module.name)
import mastodon, nio, telegram
print('all of it')
"""
    assert container.once_python(load).strip() == "all of it"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_ours(marker: str) -> bool:
    """True unless the lock names the part for another Python or another system than the image's."""
    return not re.search(r"python_full_version < '3\.12'|sys_platform == 'win32'|== 'PyPy'", marker)
