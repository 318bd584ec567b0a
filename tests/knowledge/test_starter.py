"""A town that begins gets a base that loads, and that claims nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.faults import render
from bot.knowledge.loading import inspect_base, load_base
from bot.knowledge.starter import write_new_base
from bot.knowledge.yamlsyntax import FORBIDDEN

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "Ville-d'Essai",
    'Saint-"Essai" : le Haut # 1',
    "L'Haÿ-d’Essai",
    "Ville 🎉 👨‍👩‍👧",
    "NO",
    "1234",
    "- [a] {b}: &c *d !e %f @g `h` | > ? \\n \\",
    "@@INSEE@@",
    "  Deux\n lignes ",
]


def refusal(folder: Path, name: str = "Ville-d'Essai", insee: str = "75056") -> str:
    with pytest.raises(KnowledgeError) as caught:
        write_new_base(folder, name, insee)
    (fault,) = caught.value.faults
    return render(fault, "fr")


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_loads_for_any_name(tmp_path: Path, name: str) -> None:
    """Whatever its name holds, a town's new base has neither fault nor warning."""
    folder = tmp_path / "nouvelle" / "base"
    written = write_new_base(folder, name, "2a004")
    base, faults = inspect_base(folder)
    assert faults == ()
    assert base is not None
    assert (base.city.name, base.city.insee) == (" ".join(name.split()), "2A004")
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert not any("@@NAME" in path.read_text("utf-8") for path in written)


@settings(max_examples=15)  # each writes fifteen files
@given(name=st.text(max_size=210))
def test_a_name_is_taken_or_refused_but_never_breaks_the_base(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    """Any text at all as a town's name gives a base that loads, or a clear refusal."""
    folder = tmp_path_factory.mktemp("base")
    title = " ".join(name.split())
    if not title or len(title) > 200 or FORBIDDEN.search(title):
        assert "Le nom de la ville doit" in refusal(folder, name)
        assert not list(folder.iterdir())
    else:
        write_new_base(folder, name, "75056")
        assert load_base(folder).city.name == title


def test_a_starter_includes_the_national_pack(tmp_path: Path) -> None:
    """The new base leads to the national one by a relative path; without one it says how to."""
    pack = tmp_path / "l'état: #1"
    write_new_base(pack, "France", "75056")
    (pack / "entries/exemple.yaml").unlink()
    (pack / "golden.yaml").unlink()
    folder = tmp_path / "a" / "b"
    write_new_base(folder, "Ville-d'Essai", "97411", pack=pack)
    base = load_base(folder)
    assert base.city.include == "../../l'état: #1"
    assert base.city.timezone == "Indian/Reunion"
    alone = tmp_path / "seule"
    write_new_base(alone, "Ville-d'Essai", "75056")
    assert "\n# include: ../france\n" in (alone / "city.yaml").read_text("utf-8")


def test_a_starter_claims_nothing(tmp_path: Path) -> None:
    """Every example is marked as one, no date of verification is given, and no real phone number."""
    write_new_base(tmp_path / "b", "Ville-d'Essai", "75056")
    base = load_base(tmp_path / "b")
    desk = base.city.desk
    assert desk is not None
    texts = [desk.name, desk.phone, desk.address, *(source.title for source in desk.sources)]
    for entry in base.entries.values():
        texts += [entry.title, *entry.questions, entry.answer, *(source.title for source in entry.sources)]
        assert entry.verified_on is None
    for place in base.places.values():
        texts += [place.name, *(source.title for source in place.sources)]
        assert (place.verified_on, place.opening_hours, place.address, place.phone) == (None,) * 4
    assert all(text is not None and "À remplacer" in text for text in texts)
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            assert all(
                number.startswith("01 99 00") for number in re.findall(r"0\d(?: \d\d){4}", path.read_text("utf-8"))
            )


def test_a_starter_takes_no_folder_that_is_in_use(tmp_path: Path) -> None:
    """Nothing of the town's is ever written over, and a code that is no INSEE code is refused."""
    (tmp_path / "pleine").mkdir()
    (tmp_path / "pleine" / "notes.txt").write_text("à garder")
    (tmp_path / "fichier").write_text("à garder")
    assert "contient déjà des fichiers" in refusal(tmp_path / "pleine")
    assert "c'est un fichier" in refusal(tmp_path / "fichier")
    assert "Impossible d'écrire" in refusal(tmp_path / "fichier" / "dedans")
    for insee in ("", "7505", "750560", "2C004", "7A056", "75 056", "abcde", "٧٥٠٥٦"):
        assert "n'est pas un code INSEE" in refusal(tmp_path / "b", insee=insee)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["fichier", "notes.txt", "pleine"]
