"""`parvis settings`, and what `parvis run` says of settings that are wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from adapters.cli import main
from adapters.registry import REGISTRY

SECRETS = {
    "PARVIS_SECRET": "phrase-de-Ville-d-Essai",
    "PARVIS_TELEGRAM_TOKEN": "123:jeton-telegram",
    "PARVIS_TELEGRAM_WEBHOOK_SECRET": "secret-du-webhook-1",
    "PARVIS_MATRIX_PASSWORD": "mot-de-passe-matrix",
    "PARVIS_MATRIX_ENCRYPTION_KEY": "cle-de-chiffrement",
    "PARVIS_MASTODON_TOKEN": "jeton-mastodon",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith("PARVIS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path / "data"))


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_every_setting_is_shown_with_its_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator sees what holds here, and whether it was given, stands in a file, or is the usual."""
    (tmp_path / "server").write_text("https://social.exemple.fr", "utf-8")
    _set(
        monkeypatch,
        {"PARVIS_MASTODON_SERVER_FILE": str(tmp_path / "server"), "PARVIS_RETENTION_DAYS": "12"},
    )
    assert main(["settings"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  ")] == [one.name for one in REGISTRY]
    assert "PARVIS_MASTODON_SERVER               https://social.exemple.fr  [fichier]" in shown
    assert "PARVIS_RETENTION_DAYS                12  [environnement]" in shown
    assert "PARVIS_BACKLOG_HOURS                 24  [par défaut]" in shown
    assert str(Path("knowledge", "paris")) in shown
    assert not (tmp_path / "data").exists()  # looking changes nothing


@pytest.mark.parametrize("arguments", [["settings"], ["settings", "--json"], ["settings", "--lang", "en"]])
def test_no_secret_is_ever_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Whoever looks over an operator's shoulder learns no secret, not even one put in the wrong place."""
    _set(monkeypatch, SECRETS | {"PARVIS_MATRIX_SERVER": "https://bot:mot-cache@exemple.fr"})
    monkeypatch.setenv("PARVIS_MASTODON_SERVER", f"pas une adresse {SECRETS['PARVIS_MASTODON_TOKEN']}")
    monkeypatch.setenv("PARVIS_TELEGRAM_OFFICIAL_PAGE", f"https://exemple.fr/{SECRETS['PARVIS_TELEGRAM_TOKEN']}")
    assert main(arguments) == 1
    shown = capsys.readouterr()
    for secret in (*SECRETS.values(), "mot-cache"):
        assert secret not in shown.out + shown.err


def test_programs_read_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that checks a deployment reads values, sources, faults and unknown names."""
    _set(monkeypatch, {"PARVIS_SECRET": SECRETS["PARVIS_SECRET"], "PARVIS_BACKLOG_HOURS": "x", "PARVIS_LANGUE": "fr"})
    assert main(["settings", "--json"]) == 1
    read = json.loads(capsys.readouterr().out)
    assert set(read["settings"]) == {setting.name for setting in REGISTRY}
    assert read["settings"]["PARVIS_SECRET"] == {
        "value": None,
        "source": "environment",
        "set": True,
        "secret": True,
        "group": "run",
    }
    assert read["settings"]["PARVIS_LOG_LEVEL"]["value"] == "info"
    assert read["settings"]["PARVIS_BACKLOG_HOURS"]["value"] is None  # not the usual one, which does not hold either
    assert len(read["faults"]) == 1
    assert "PARVIS_BACKLOG_HOURS" in read["faults"][0]
    assert "PARVIS_LANG ?" in read["unknown"][0]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_run_names_every_fault_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """An operator mends everything in one go: each setting, each folder, each file, each slip of the pen."""
    wrong = {
        "PARVIS_BASE": str(tmp_path / "nulle-part"),
        "PARVIS_CACHE": str(tmp_path / "fichier"),
        "PARVIS_DATA": str(tmp_path / "fichier" / "dedans"),
        "PARVIS_TARGET_PRECISION": "2",
        "PARVIS_LANG": "elfique",
        "PARVIS_SECRET": "trop-court",
        "PARVIS_RETENTION_DAYS": "0",
        "PARVIS_BACKLOG_HOURS": "beaucoup",
        "PARVIS_LOG_LEVEL": "fort",
        "PARVIS_LOG_FORMAT": "xml",
        "PARVIS_HEALTH_LISTEN": "8080",
        "PARVIS_TELEGRAM_TOKEN": "sans-nombre",
        "PARVIS_TELEGRAM_API_URL": "exemple.fr",
        "PARVIS_MATRIX_REACTIONS": "parfois",
        "PARVIS_MASTODON_POLL_SECONDS": "5",
    }
    (tmp_path / "fichier").touch()
    _set(monkeypatch, wrong | {"PARVIS_MASTODON_TOKEN_FILE": str(tmp_path / "absent"), "PARVIS_BACKLOG_HOUR": "3"})
    assert main(["run", *([] if language == "fr" else ["--lang", language])]) == 2
    said = capsys.readouterr().err
    for name in (*wrong, "PARVIS_MASTODON_TOKEN_FILE", "PARVIS_BACKLOG_HOUR "):
        assert name in said, name
    assert "trop-court" not in said
    assert "sans-nombre" not in said
    assert "Traceback" not in said


def test_two_servers_on_one_port_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who gives the webhook and the health pages one port reads so before anything starts."""
    _set(
        monkeypatch,
        SECRETS | {"PARVIS_TELEGRAM_WEBHOOK_URL": "https://exemple.fr/hook", "PARVIS_HEALTH_LISTEN": "0.0.0.0:8080"},
    )
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert "PARVIS_HEALTH_LISTEN" in said
    assert "PARVIS_TELEGRAM_WEBHOOK_LISTEN" in said


def test_missing_libraries_are_all_named_before_the_base_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An operator without the libraries learns it at once, with a command that works from a checkout."""
    settings = {"PARVIS_MATRIX_SERVER": "https://exemple.fr", "PARVIS_MATRIX_USER": "bot"}
    _set(monkeypatch, SECRETS | settings | {"PARVIS_HEALTH_LISTEN": "127.0.0.1:8081"})
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "city.yaml").write_text("this: is no base\n", "utf-8")
    monkeypatch.setenv("PARVIS_BASE", str(tmp_path / "base"))
    _hide(monkeypatch, "telegram", "nio", "uvicorn")
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    for extra in ("telegram", "matrix-encryption", "operations"):
        assert f'python -m pip install ".[{extra}]"' in said
    assert "city.yaml" not in said


def _hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As if the libraries ``names`` were not installed."""
    import importlib.util
    import sys

    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, package=None: None if name in names else found(name, package)
    )

    class Nowhere:
        def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
            if name.partition(".")[0] in names:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for module in [one for one in sys.modules if one.partition(".")[0] in names or one.startswith("adapters.telegram")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [Nowhere(), *sys.meta_path])
