"""`parvis status`, `rollback`, `backup`, `restore`, `purge` and `export`: what an operator types and reads."""

from __future__ import annotations

import io
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from keepingtown import ENTRIES, PHRASE, Town, say, stand_in

from bot.delivery.names import Names
from bot.operating import read_operation
from bot.storage.lock import held

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    """No channel is set, and all that is kept goes to a folder of its own."""
    return Town(tmp_path).set_up(monkeypatch)


def test_before_anything_ran_status_says_so(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who has not started the bot yet reads that, which networks are set up, and what others lack."""
    monkeypatch.setenv("PARVIS_TELEGRAM_TOKEN", "1:x")
    town.keeping().close()
    said = say(capsys, "status").splitlines()
    assert said[:3] == [
        "Parvis n'est pas en marche.",
        "Aucune base n'a encore répondu avec ce PARVIS_DATA.",
        "telegram : réglé",
    ]
    assert any(line.startswith("mastodon : il manque PARVIS_MASTODON_SERVER") for line in said)
    assert said[-1] == "Rien n'attend et rien n'a échoué."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_status_tells_of_a_bad_edit_with_file_line_and_cure(
    town: Town, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """An operator reads which version answers and since when, where the last edit is wrong, and what waits."""
    living = town.live()
    town.write(ENTRIES.replace("verified_on", "verifie_le"))
    assert [news.key for news in living.look(stand_in)][-1] == "terminal.base_refused"
    town.ask("5000", "et le samedi ?", answered=False)
    with held(read_operation(town.settings).folder):
        said = say(capsys, "status", "--lang", language)
    state = living.state
    assert f"{state.version} " in said
    assert state.since.strftime("%Y-%m-%d %H:%M:%S UTC") in said
    assert "  entries/tout.yaml:7 — " in said
    assert "verified_on" in said
    assert {"fr": "en marche", "en": "is running"}[language] in said
    assert {"fr": "questions à traiter : 1", "en": "1"}[language] in said
    assert "samedi" not in said


def test_rollback_is_one_command_and_one_more_takes_it_back(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether the bot runs or not, an operator goes back a version with one command, and forth with another."""
    assert "n'a encore répondu" in say(capsys, "rollback", code=2)
    town.keeping().close()
    living = town.live()
    first = living.state.version
    assert f"Aucune version d'avant {first}" in say(capsys, "rollback", code=2)
    assert "rien à annuler" in say(capsys, "rollback", "--undo", code=2)
    town.write(ENTRIES.replace("rendez-vous", "votre temps"))
    living = town.live()
    second = living.state.version
    assert f"« parvis rollback » : {first}" in say(capsys, "status")

    assert "prochain démarrage" in say(capsys, "rollback")
    assert town.live().state.version == first
    assert "retour en arrière" in say(capsys, "status")
    assert "n'est gardée" in say(capsys, "rollback", code=2)
    assert "C'est noté" in say(capsys, "rollback", "--undo")
    assert town.live().state.version == second


def test_a_version_that_can_no_longer_serve_is_not_gone_back_to(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy that was damaged since is refused before the bot is told anything."""
    town.live()
    town.write(ENTRIES.replace("rendez-vous", "votre temps"))
    town.live()
    for copy in read_operation(town.settings).editions.glob("*/base/entries/tout.yaml"):
        copy.write_text("?", "utf-8")
    assert "n'est gardée" in say(capsys, "rollback", code=2)
    assert not (read_operation(town.settings).editions / "rollback.json").exists()


def test_a_backup_is_made_and_put_back(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator copies the database while the bot runs, and puts it back when the bot is stopped, not before."""
    copy = tmp_path / "copy.db"
    assert "rien à sauvegarder" in say(capsys, "backup", str(copy), code=2)
    town.ask("5000", "refaire ma carte")
    folder = read_operation(town.settings).folder
    with held(folder), closing(town.keeping()):
        assert str(copy) in say(capsys, "backup", str(copy))
        assert "déjà avec le dossier" in say(capsys, "restore", str(copy), code=2)
    town.ask("5001", "et la mienne")
    said = say(capsys, "restore", str(copy))
    (aside,) = folder.glob("parvis-*.db")
    assert str(aside) in said
    with closing(town.keeping()) as keeping:
        assert keeping.file.run(lambda database: database.table("answers").count) == 1


def test_another_towns_backup_is_refused(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup written under another secret could not be read: the operator is told so, and nothing changes."""
    town.ask("5000", "refaire ma carte")
    say(capsys, "backup", str(tmp_path / "copy.db"))
    monkeypatch.setenv("PARVIS_SECRET", "a secret of another town")
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path / "other"))
    assert "autre PARVIS_SECRET" in say(capsys, "restore", str(tmp_path / "copy.db"), code=2)
    assert not (tmp_path / "other" / "parvis.db").exists()


def test_purge_deletes_what_is_too_old(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator who does not want to wait for the hour sees how much went and how much stays."""
    town.ask("5000", "refaire ma carte", days=31)
    town.ask("5001", "et la mienne", days=29)
    assert say(capsys, "purge") == "Éléments effacés : 2. Éléments gardés, de moins de 30 jours : 2.\n"


def test_purge_all_asks_before_and_leaves_nobody(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that is kept of residents goes, but only for an operator who says so in words."""
    town.ask("5000", "refaire ma carte")
    town.ask("5000", "et le samedi ?", answered=False)
    for typed in ("", "non\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert "Rien n'a été effacé" in say(capsys, "purge", "--all", code=2)
    with closing(town.keeping()) as keeping:
        assert keeping.file.run(lambda database: database.table("answers").count) == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("Oui\n"))
    assert "C'est fait" in say(capsys, "purge", "--all")
    assert "C'est fait" in say(capsys, "purge", "--all", "--yes")
    asker = Names("telegram", PHRASE.encode()).asker("5000")
    database = read_operation(town.settings).database
    kept = b"".join(path.read_bytes() for path in database.parent.glob("parvis.db*"))
    assert asker.encode() not in kept
    assert b"carte" not in kept
    assert "Rien n'attend" in say(capsys, "outbox")


def test_purge_all_deletes_what_a_restore_replaced(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database put aside by a restore holds residents' data too, and goes with everything else."""
    town.ask("5000", "refaire ma carte")
    say(capsys, "backup", str(tmp_path / "copy.db"))
    say(capsys, "restore", str(tmp_path / "copy.db"))
    folder = read_operation(town.settings).folder
    assert len([*folder.glob("parvis-*.db")]) == 1
    assert "C'est fait" in say(capsys, "purge", "--all", "--yes")
    assert [*folder.glob("parvis-*")] == []
    assert (folder / "parvis.db").is_file()


@pytest.mark.parametrize("command", ["status", "backup", "purge", "export", "outbox", "rollback"])
def test_a_folder_misspelt_is_told_and_not_made(
    command: str, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who mistypes PARVIS_DATA is not told that all is well and empty: nothing is made, and it is said."""
    more = {"backup": [str(tmp_path / "new.db")], "export": ["--asker", "telegram:1"]}.get(command, [])
    (tmp_path / "empty").mkdir()
    for folder in ("misspelt", "empty"):
        monkeypatch.setenv("PARVIS_DATA", str(tmp_path / folder))
        assert "Vérifiez" in say(capsys, command, *more, code=2)
    assert not (tmp_path / "misspelt").exists()
    assert [*(tmp_path / "empty").iterdir()] == []
    (tmp_path / "file").write_text("x", "utf-8")
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path / "file"))
    assert "n'est pas un dossier" in say(capsys, command, *more, code=2)


def test_a_resident_gets_all_that_is_kept_of_them(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks what is kept of them gets it, the message that still waits too, and nothing of anybody else."""
    town.ask("5000", "refaire ma carte")
    town.ask("5000", "et le samedi ?", answered=False)
    town.ask("5001", "une autre question")
    found = json.loads(say(capsys, "export", "--asker", "telegram:5000"))
    assert [row["text"] for row in found["answers"]] == ["refaire ma carte"]
    assert found["answers"][0]["matches"] == [{"entry": "encombrants", "confidence": 0.97}]
    assert [row.get("payload", {}).get("text") for row in found["inbox"]] == [None, "et le samedi ?"]
    assert "autre question" not in json.dumps(found)
    nobody = json.loads(say(capsys, "export", "--asker", "telegram:1"))
    assert [nobody[table] for table in ("inbox", "answers", "outbox", "sent", "conversations")] == [[]] * 5


def test_what_is_learned_from_names_nobody(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever improves a base gets questions, outcomes and confidences, but no pseudonym, hour or address."""
    town.ask("5000", "refaire ma carte, écrivez à claire@exemple.fr")
    town.ask("5001", "et la mienne")
    file = tmp_path / "questions.jsonl"
    assert str(file) in say(capsys, "export", "--learning", str(file))
    assert file.stat().st_mode & 0o077 == 0
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert sorted(row["text"] for row in rows) == ["et la mienne", "refaire ma carte, écrivez à [adresse e-mail]"]
    assert {key for row in rows for key in row} == {
        "day", "channel", "visibility", "language", "text", "outcome", "entry", "matches", "helpful",
    }  # fmt: skip
    assert {(row["outcome"], row["entry"], len(row["day"])) for row in rows} == {("answered", "encombrants", 10)}
    names = Names("telegram", PHRASE.encode())
    assert names.asker("5000") not in file.read_text("utf-8")
    assert say(capsys, "export", "--learning", "-") == file.read_text("utf-8")
    assert "ne peut pas être écrit" in say(capsys, "export", "--learning", str(tmp_path / "no" / "q"), code=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Donnez soit --asker, soit --learning."),
        (["--asker", "telegram:1", "--learning", "x"], "Donnez soit --asker, soit --learning."),
        (["--asker", "5000"], "deux-points"),
        (["--asker", "minitel:5000"], "telegram, matrix, mastodon"),
        (["--asker", "telegram: "], "deux-points"),
    ],
)
def test_an_export_that_is_not_clear_is_refused(
    town: Town, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who mistypes whose data it is reads how to write it."""
    town.keeping().close()
    assert said in say(capsys, "export", *arguments, code=2)


@pytest.mark.parametrize("command", ["status", "backup", "restore", "purge", "export", "outbox"])
def test_a_newer_database_is_refused_by_every_command(
    command: str, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who went back to an older Parvis reads so whatever they type, and nothing is changed."""
    with closing(town.keeping()) as keeping:
        keeping.file.run(lambda database: database.execute("update _sqlite_migrations set name = '9999' where id = 1"))
    copy = read_operation(town.settings).database.read_bytes()
    (tmp_path / "copy.db").write_bytes(copy)
    more = {"backup": ["new.db"], "restore": ["copy.db"], "export": ["--asker", "telegram:1"]}.get(command, [])
    more = [str(tmp_path / word) if word.endswith(".db") else word for word in more]
    assert "plus récente" in say(capsys, command, *more, code=2)
    assert read_operation(town.settings).database.read_bytes() == copy
