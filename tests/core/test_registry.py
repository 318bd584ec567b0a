"""One list of every setting: what each may be, where it was read, and every fault at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingsError
from bot.registry import Kind, Registry, Setting, Source, split_address, without_password

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = Setting("PARVIS_ESSAI_TOKEN", Kind.SECRET, "essai", least=4, most=20, in_file=True)
DAYS = Setting("PARVIS_ESSAI_DAYS", Kind.DURATION, "essai", default="7", least=1, most=30, unit="days")
SHARE = Setting("PARVIS_ESSAI_SHARE", Kind.SHARE, "essai", default="0.5", least=0.1, most=0.9)
POLITE = Setting("PARVIS_ESSAI_POLITE", Kind.FLAG, "essai", default="oui")
COLOUR = Setting("PARVIS_ESSAI_COLOUR", Kind.CHOICE, "essai", choices=("red", "blue"))
LISTEN = Setting("PARVIS_ESSAI_LISTEN", Kind.ADDRESS, "essai")
ALL = Registry((TOKEN, DAYS, SHARE, POLITE, COLOUR, LISTEN))


def test_each_value_tells_where_it_comes_from(tmp_path: Path) -> None:
    """An operator sees which settings are given, which stand in a file and which are the usual ones."""
    (tmp_path / "token").write_text("phrase\n", "utf-8")
    reading = ALL.read({"PARVIS_ESSAI_TOKEN_FILE": str(tmp_path / "token"), "PARVIS_ESSAI_COLOUR": " RED "})
    assert reading.values == {TOKEN.name: "phrase", COLOUR.name: "RED"}
    sources = [reading.sources[name] for name in (TOKEN.name, COLOUR.name, DAYS.name)]
    assert sources == [Source.FILE, Source.ENVIRONMENT, Source.DEFAULT]
    assert (reading.faults, reading.unknown, reading.hidden) == ((), (), ("phrase",))
    assert "phrase" not in repr(reading)


def test_every_fault_is_found_at_once(tmp_path: Path) -> None:
    """An operator with six mistakes reads six of them, not the first."""
    environment = {
        TOKEN.name: "a phrase that is too long",
        DAYS.name: "31",
        SHARE.name: "much",
        POLITE.name: "perhaps",
        COLOUR.name: "green",
        LISTEN.name: "8080",
    }
    reading = ALL.read(environment)
    assert [fault.values["setting"] for fault in reading.faults] == list(environment)
    assert reading.values == {}
    assert reading.hidden == (environment[TOKEN.name],)
    assert environment[TOKEN.name] not in str(reading.faults[0])


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({}, "operator.secret_unreadable"),
        ({"token": b" \n"}, "operator.secret_empty"),
        ({"token": b"\xff"}, "operator.secret_unreadable"),
    ],
)
def test_a_file_that_gives_nothing_is_a_fault(files: dict[str, bytes], key: str, tmp_path: Path) -> None:
    """A secret's file that is absent, empty or no text is named, rather than taken for no secret at all."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (fault,) = ALL.read({"PARVIS_ESSAI_TOKEN_FILE": str(tmp_path / "token")}).faults
    assert (fault.key, fault.values["setting"]) == (key, "PARVIS_ESSAI_TOKEN_FILE")


def test_a_value_given_twice_is_a_fault(tmp_path: Path) -> None:
    """Nobody guesses which of two tokens was meant, even where both are the same."""
    (tmp_path / "token").write_text("phrase", "utf-8")
    (fault,) = ALL.read({TOKEN.name: "phrase", f"{TOKEN.name}_FILE": str(tmp_path / "token")}).faults
    assert fault.key == "operator.set_twice"


def test_a_name_that_is_no_setting_s_is_told_with_the_closest() -> None:
    """A slip of the pen does not leave a setting silently unset; what others set is no affair of ours."""
    reading = ALL.read({"PARVIS_ESSAI_TOKNE": "x", "PARVIS_QQQ": "x", "PARVIS_ESSAI_DAYS_FILE": "x", "PATH": "x"})
    assert reading.unknown == (
        ("PARVIS_ESSAI_DAYS_FILE", "PARVIS_ESSAI_DAYS"),
        ("PARVIS_ESSAI_TOKNE", "PARVIS_ESSAI_TOKEN"),
        ("PARVIS_QQQ", None),
    )


def test_what_is_not_set_is_the_usual() -> None:
    """A town that sets nothing gets what the page of settings says."""
    assert (DAYS.number({}), SHARE.share({}), POLITE.flag({}), COLOUR.text({})) == (7, 0.5, True, None)
    assert (DAYS.number({DAYS.name: "8"}), SHARE.share({SHARE.name: "0,6"})) == (8, 0.6)
    assert not POLITE.flag({POLITE.name: "No"})
    with pytest.raises(SettingsError):
        DAYS.number({DAYS.name: "0"})


def test_an_address_to_listen_on_is_read_whole() -> None:
    """Names, numbers and the longer numbers in brackets are all addresses; a port alone is not."""
    assert split_address("0.0.0.0:8080") == ("0.0.0.0", 8080)  # noqa: S104 - only read
    assert split_address("[::1]:9") == ("::1", 9)
    assert [split_address(text) for text in ("8080", ":8080", "h:0", "h:65536", "h:x", "")] == [None] * 6


def test_a_password_in_an_address_is_not_shown() -> None:
    """Who writes a password into an address does not read it again on the screen."""
    assert without_password("https://ville:mot@exemple.fr/x") == "https://exemple.fr/x"
    assert without_password("@bot:exemple.fr") == "@bot:exemple.fr"
