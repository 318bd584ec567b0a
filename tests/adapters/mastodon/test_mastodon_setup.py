"""`parvis mastodon-setup`: from a bare account to one that residents can trust, with a token nobody saw."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from fakemastodon import CODES, FakeMastodon, Reply
from fakenet import Trouble
from mastodonrig import served

from adapters.cli import main

TOWN = Path(__file__).resolve().parents[2] / "data" / "ville-dessai"
PAGE = "https://ville-dessai.example/"


def set_up(
    net: FakeMastodon, file: Path, codes: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Run the command, with ``codes`` typed; how it ended and all that was shown."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(codes.encode())))
    given = ["--server", net.address, "--page", PAGE, "--token-file", str(file), "--base", str(TOWN)]
    code = main(["mastodon-setup", *given])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the token goes; no setting of the person who runs the tests."""
    for name in ("PARVIS_MASTODON_SERVER", "PARVIS_MASTODON_TOKEN_FILE", "PARVIS_LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "jeton"


def test_an_account_is_set_up(
    arguments: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The account says it is a bot and whose, hears everyone, and the token is in a file that only its owner reads."""
    with served() as net:
        code, shown = set_up(net, arguments, "code-setup\ncode-run\n", monkeypatch, capsys)
    assert code == 0, shown
    assert arguments.read_text("utf-8").strip() == CODES["code-run"]
    assert stat.S_IMODE(arguments.stat().st_mode) == 0o600
    assert list(arguments.parent.iterdir()) == [arguments]
    assert net.profile["bot"] == ["1"]
    assert net.profile["fields_attributes[0][name]"] == ["Site officiel"]
    assert net.profile["fields_attributes[0][value]"] == [PAGE]
    assert "Ville-d'Essai" in net.profile["note"][0]
    assert set(net.policy.values().__iter__().__next__()) == {"accept"}
    assert len(net.policy) == 5
    assert not [secret for secret in (*CODES.values(), *CODES, "__SECRET") if secret in shown]
    assert "/oauth/authorize?" in shown
    assert f"PARVIS_MASTODON_SERVER={net.address}" in shown


def test_the_bot_keeps_no_more_rights_than_it_needs(
    arguments: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The token that may change the profile is given back at the end; the one that stays may not."""
    with served() as net:
        set_up(net, arguments, "code-setup\ncode-run\n", monkeypatch, capsys)
    assert CODES["code-setup"] not in net.tokens
    assert set(net.tokens[CODES["code-run"]].split()) == {
        "read:accounts",
        "read:notifications",
        "read:statuses",
        "read:follows",
        "write:statuses",
    }


def test_what_staff_wrote_on_the_profile_stays(
    arguments: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The description and the fields that staff had written are kept, after the official page."""
    with served() as net:
        usual = net._account

        def written(**more: object) -> Reply:
            code, body = usual(**more)
            fields = [
                {"name": "Horaires", "value": "9 h"},
                {"name": "Site officiel", "value": "https://ancien.example"},
            ]
            body["source"] |= {"note": "Nous sommes là.", "fields": fields}
            return code, body

        net._account = written  # type: ignore[method-assign]
        assert set_up(net, arguments, "code-setup\ncode-run\n", monkeypatch, capsys)[0] == 0
    assert "note" not in net.profile
    values = [value for name, (value,) in sorted(net.profile.items()) if name.endswith("[value]")]
    assert (values[0], values[-1], len(values)) == (PAGE, "9 h", 3)


def test_an_older_instance_is_set_up_too(
    arguments: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where an instance cannot be told from whom messages are accepted, the operator reads where to look."""
    with served() as net:
        net._set_policy = lambda **_: (404, {"error": "Not Found"})  # type: ignore[method-assign]
        code, shown = set_up(net, arguments, "code-setup\ncode-run\n", monkeypatch, capsys)
    assert code == 0
    assert "page des notifications" in shown


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("mauvais\n", "a refusé (400)"),
        ("", "Aucun code"),
        ("code-setup\n", "Aucun code"),
        ("code-setup\nnon\n", "(400)"),
    ],
)
def test_a_wrong_code_leaves_nothing_half_made(
    arguments: Path,
    codes: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An operator who mistypes a code reads what to do; the token in use before stays in its file."""
    arguments.write_text("ancien\n", "utf-8")
    with served() as net:
        code, shown = set_up(net, arguments, codes, monkeypatch, capsys)
    assert code == 2
    assert said in shown
    assert "Traceback" not in shown
    assert arguments.read_text("utf-8") == "ancien\n"
    assert list(arguments.parent.iterdir()) == [arguments]


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.BAD_GATEWAY, Trouble.GARBAGE])
def test_an_instance_in_trouble_is_told_in_plain_words(
    arguments: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator whose instance is down reads so, in one message."""
    with served(trouble=trouble) as net:
        code, shown = set_up(net, arguments, "", monkeypatch, capsys)
        assert code == 2
        assert net.address in shown
        assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--page", PAGE], "PARVIS_MASTODON_SERVER"),
        (["--server", "social.example", "--token-file", "j", "--page", "mairie"], "« mairie »"),
        (["--server", "ftp://social.example", "--token-file", "j", "--page", PAGE], "ftp://social.example"),
        (["--server", "social.example", "--token-file", "nulle-part/j", "--page", PAGE], "nulle-part/j"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    arguments: Path, given: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any network is called, an operator reads which option is missing or wrong."""
    monkeypatch.chdir(arguments.parent)
    assert main(["mastodon-setup", *given, "--base", str(TOWN)]) == 2
    assert said in capsys.readouterr().err
