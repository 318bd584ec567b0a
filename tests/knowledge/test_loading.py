"""A base loads whole, or staff learn everything there is to mend."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.basefiles import MAX_FILE_BYTES
from bot.knowledge.faults import Location
from bot.knowledge.loading import content_version, inspect_base, load_base

if TYPE_CHECKING:
    from collections.abc import Callable

    Town = Callable[..., Path]
    Told = Callable[[Path], list[str]]

PACK_CITY = "name: France\nlanguages: [fr]\n"
PACK_ENTRY = """\
entries:
  - {id: carte, title: Carte d'identité, questions: [q], answer: a, place_type: mairie, sources: [{title: s}]}
  - {id: encombrants, title: National, questions: [q], answer: a, sources: [{title: s}]}
"""
INCLUDING = "include: ../france\nname: Ville-d'Essai\ndesk: {name: d, phone: 01 99 00 00 01, sources: [{title: s}]}\n"


def pack(town: Town, **more: str) -> None:
    town({"city.yaml": PACK_CITY, "entries/dechets.yaml": PACK_ENTRY, "places.yaml": "places: []\n", **more}, "france")


def test_a_sound_base_loads_whole(town: Town) -> None:
    """A town's entries and places are there under their ids, each with the line it is written on."""
    root = town({"golden.yaml": "golden:\n  - {question: un canapé, expect: encombrants}\n"})
    base = load_base(root)
    assert base.city.name == "Ville-d'Essai"
    assert base.entries["encombrants"].answer == "Prenez rendez-vous."
    assert base.places["mairie"].opening_hours == "Mo-Fr 08:30-17:00; PH off"
    assert base.golden[0].expect == "encombrants"
    assert base.origins["entries/encombrants"] == Location(Path("entries/dechets.yaml"), 2)
    assert base.origins["golden/0"] == Location(Path("golden.yaml"), 2)
    with pytest.raises(TypeError):
        base.entries["autre"] = base.entries["encombrants"]  # type: ignore[index]


def test_every_fault_of_every_file_in_one_pass(town: Town, told: Told) -> None:
    """Slips in four files are told together, each with file, line and cure."""
    root = town(
        {
            "city.yaml": "name: Ville-d'Essai\ninsee: 99999\n",
            "entries/a.yaml": "entries:\n  - id: a\n    title: Horaires: lundi\n  - id: encombrants\n    title: 3\n",
            "places.yaml": "places:\n  - {id: b}\n",
            "golden.yaml": "golden:\n  - {question: q, expect: encombrant}\n",
        }
    )
    assert [line.split(" — ")[0] for line in told(root)] == [
        *["city.yaml:1", "city.yaml:2", "entries/a.yaml:3", *["entries/a.yaml:4"] * 3],
        *["entries/a.yaml:5", "entries/dechets.yaml:2", *["places.yaml:2"] * 3],
    ]


def test_a_faulty_base_is_not_half_loaded(town: Town) -> None:
    """One broken entry among sound ones keeps the whole base from being served."""
    root = town({"entries/b.yaml": "entries:\n  - {id: b}\n"})
    base, faults = inspect_base(root)
    assert base is None
    with pytest.raises(KnowledgeError) as caught:
        load_base(root)
    assert caught.value.faults == faults


def test_the_town_speaks_over_the_national_pack(town: Town) -> None:
    """The town's entry replaces the national one of the same id; what it does not say stays national."""
    pack(town, **{"golden.yaml": "golden: [{question: q, expect: carte}]", "voice.yaml": "fr: {}"})
    base = load_base(town({"city.yaml": INCLUDING}))
    assert [base.entries[name].title for name in ("carte", "encombrants")] == ["Carte d'identité", "Les encombrants"]
    assert list(base.entries) == ["carte", "encombrants"]
    assert base.golden == ()
    assert base.origins["entries/carte"].file == Path("../france/entries/dechets.yaml")


def test_a_pack_may_name_places_the_town_lacks(town: Town, told: Told) -> None:
    """A national entry about town halls does not break a town that has not yet described its own."""
    pack(town)
    assert told(town({"city.yaml": INCLUDING, "places.yaml": "places: []\n"})) == []


@pytest.mark.parametrize("include", [".", "../nulle-part", "/etc", "C:\\france", "x" * 290, '"a\\0b"', "city.yaml"])
def test_an_include_that_leads_nowhere(town: Town, told: Told, include: str) -> None:
    """An include that is missing, absolute or the base itself is one fault, not a hundred dangling links."""
    root = town(
        {"city.yaml": INCLUDING.replace("../france", include), "golden.yaml": "golden: [{question: q, expect: x}]"}
    )
    assert [line.split(" — ")[0] for line in told(root)] == ["city.yaml:1"]


def test_one_level_of_include_only(town: Town, told: Told) -> None:
    """Two bases that include each other are told so instead of going round in circles."""
    pack(town, **{"city.yaml": PACK_CITY + "include: ../ville-d-essai\n"})
    (line,) = told(town({"city.yaml": INCLUDING}))
    assert line.startswith("../france/city.yaml:3 — Une base reprise")


def test_a_town_without_a_desk(town: Town, told: Told) -> None:
    """A town must say whom to call when the bot does not know; the national pack need not."""
    (line,) = told(town({"city.yaml": "name: Ville-d'Essai\n"}))
    assert line.startswith("city.yaml:1 — Il manque « desk »")


def test_the_version_follows_the_content(town: Town) -> None:
    """Any change of a file's name or content, in the town or the pack, changes the version; notes do not."""
    pack(town)
    root = town({"city.yaml": INCLUDING})
    seen = [load_base(root).version]
    (root / "entries/notes.txt").write_text("pense-bête")
    assert content_version(root) == seen[0]
    for change in (
        lambda: (root / "entries/dechets.yaml").rename(root / "entries/tri.yaml"),
        lambda: (root / "voice.yaml").write_text("fr: {}\n"),
        lambda: (root.parent / "france/vocabulary").mkdir(),
        lambda: (root.parent / "france/vocabulary/a.yaml").write_text("concepts: []\n"),
    ):
        change()
        seen.append(load_base(root).version)
        assert content_version(root) == seen[-1]
    assert len(set(seen)) == 4
    assert [len(version) for version in seen] == [16] * 5
    assert content_version(root / "absent") == content_version(root / "absent")


def test_what_is_no_base_file_is_left_alone(town: Town, told: Told) -> None:
    """Notes, backups and hidden files stay; a file that was meant to count is pointed out."""
    root = town(
        {
            **dict.fromkeys(("entries/notes.txt", "entries/dechets.yaml~", "entries/.a.yaml", "LISEZ-MOI.md"), "!!"),
            **dict.fromkeys(("entries/b.yml", "dechet.yaml", ".git/config", "entries/old/c.yaml"), "!!"),
        }
    )
    assert [line.split(" — ")[0] for line in told(root)] == ["dechet.yaml", "entries/b.yml"]
    assert load_base(root).entries.keys() == {"encombrants"}


@pytest.mark.parametrize(
    ("content", "told_first"),
    [
        (b"", "est vide"),
        (b"# rien\n", "est vide"),
        (b"\xef\xbb\xbf", "est vide"),
        (b"entries:\n", "n'a pas de valeur"),
        (b"entries: x", "doit être une liste"),
        (b"entries: []\nplaces: []\n", "ne contient que « entries: »"),
        (b"fiches: []\n", "ne contient que « entries: »"),
        (b"- id: a\n", "doit commencer par « entries: »"),
        (b"entries:\n  - id: d\xe9chets\n", "n'est pas en UTF-8"),
        ("entries: []".encode("utf-16"), "n'est pas en UTF-8"),
        (b"entries: []\0", "caractère invisible"),
        (b"x" * (MAX_FILE_BYTES + 1), "dépasse 2 millions"),
    ],
)
def test_a_file_of_the_wrong_kind(town: Town, told: Told, content: bytes, told_first: str) -> None:
    """An empty, mis-saved or misplaced file is a plain sentence about that file."""
    first = told(town({"entries/essai.yaml": content}))[0]
    assert first.startswith("entries/essai.yaml")
    assert told_first in first


def test_a_byte_order_mark_is_harmless(town: Town) -> None:
    """A file saved by Windows Notepad loads."""
    root = town()
    path = root / "entries/dechets.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert "encombrants" in load_base(root).entries


def test_what_is_not_a_plain_file(town: Town, told: Told, tmp_path: Path) -> None:
    """A folder, a pipe, a dead link or a link out of the base is named, and nothing waits for it."""
    root = town()
    entries = root / "entries"
    (entries / "dossier.yaml").mkdir()
    os.mkfifo(entries / "tuyau.yaml")
    (entries / "mort.yaml").symlink_to("nulle-part.yaml")
    (entries / "rond.yaml").symlink_to("rond.yaml")
    (tmp_path / "secret.yaml").write_text("entries: []")
    (entries / "dehors.yaml").symlink_to(tmp_path / "secret.yaml")
    (entries / "dedans.yaml").symlink_to("../entries/vrai.txt")
    (entries / "vrai.txt").write_text("entries: []")
    (root / "vocabulary").write_text("")
    assert [line[:50] for line in told(root)] == [
        "entries/dehors.yaml — Ce raccourci mène hors du do",
        "entries/dossier.yaml — On attend ici un fichier or",
        "entries/mort.yaml — Ce raccourci mène à un fichier",
        "entries/rond.yaml — Ce fichier ou ce dossier ne pe",
        "entries/tuyau.yaml — On attend ici un fichier ordi",
        "vocabulary — On attend ici un dossier, et c'est un",
    ]


def test_no_base_at_all(tmp_path: Path, told: Told) -> None:
    """A folder that does not exist, is a file or is empty is one clear message."""
    (tmp_path / "fichier").write_text("")
    (tmp_path / "vide").mkdir()
    assert "Ce dossier n'existe pas" in told(tmp_path / "absent")[0]
    assert "Ce dossier n'existe pas" in told(tmp_path / "fichier")[0]
    assert "Il manque le fichier city.yaml" in told(tmp_path / "vide")[0]
