"""What an operator sets to run the bot on networks, and how each mistake is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingsError
from bot.operating import read_operation
from bot.registry import read_setting
from bot.voice import Voice

if TYPE_CHECKING:
    from pathlib import Path

PHRASE = "a secret of Ville-d'Essai"


def test_only_the_secret_must_be_set(tmp_path: Path) -> None:
    """A town that gives a secret and a folder gets the promised times; the folder is made, for its owner alone."""
    operation = read_operation({"PARVIS_SECRET": PHRASE, "PARVIS_DATA": str(tmp_path / "a" / "b")})
    assert operation.secret == PHRASE.encode()
    assert operation.database == tmp_path / "a" / "b" / "parvis.db"
    assert (operation.retention, operation.backlog, operation.per_minute) == (timedelta(30), timedelta(1), 20)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0
    assert PHRASE not in repr(operation)


def test_a_secret_may_come_in_a_file(tmp_path: Path) -> None:
    """A container's secret file is read without the line's end; given twice, it is refused rather than guessed."""
    (tmp_path / "secret").write_text(PHRASE + "\n", "utf-8")
    environment = {"PARVIS_X_FILE": str(tmp_path / "secret")}
    assert read_setting(environment, "PARVIS_X") == PHRASE
    assert read_setting({"PARVIS_X": " direct "}, "PARVIS_X") == "direct"
    with pytest.raises(SettingsError, match="set_twice"):
        read_setting(environment | {"PARVIS_X": "direct"}, "PARVIS_X")
    assert read_setting({}, "PARVIS_X") is None


@pytest.mark.parametrize(
    ("changes", "key", "named"),
    [
        ({"PARVIS_SECRET": ""}, "operator.no_secret", "PARVIS_SECRET"),
        ({"PARVIS_SECRET": "short"}, "operator.key_length", "16"),
        ({"PARVIS_SECRET": "é" * 40}, "operator.key_length", "80"),
        (
            {"PARVIS_SECRET": "", "PARVIS_SECRET_FILE": "{folder}/none"},
            "operator.secret_unreadable",
            "PARVIS_SECRET_FILE",
        ),
        ({"PARVIS_SECRET": "", "PARVIS_SECRET_FILE": "{folder}/bytes"}, "operator.secret_unreadable", "bytes"),
        ({"PARVIS_DATA": "{folder}/bytes/in"}, "operator.bad_data", "PARVIS_DATA"),
        ({"PARVIS_RETENTION_DAYS": "0"}, "operator.bad_number", "PARVIS_RETENTION_DAYS"),
        ({"PARVIS_BACKLOG_HOURS": "-3"}, "operator.bad_number", "PARVIS_BACKLOG_HOURS"),
        ({"PARVIS_BACKLOG_HOURS": "²"}, "operator.bad_number", "PARVIS_BACKLOG_HOURS"),
        ({"PARVIS_QUESTIONS_PER_MINUTE": "9" * 5000}, "operator.bad_number", "PARVIS_QUESTIONS_PER_MINUTE"),
    ],
)
def test_each_mistake_is_named(changes: dict[str, str], key: str, named: str, tmp_path: Path) -> None:
    """An operator reads which setting is wrong and what it must be, in both languages."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    environment = {"PARVIS_SECRET": PHRASE, "PARVIS_DATA": str(tmp_path / "data")}
    environment |= {name: value.format(folder=tmp_path) for name, value in changes.items()}
    with pytest.raises(SettingsError) as caught:
        read_operation(environment)
    assert caught.value.key == key
    for language in ("fr", "en"):
        assert named in Voice().say(key, language, **caught.value.values)
