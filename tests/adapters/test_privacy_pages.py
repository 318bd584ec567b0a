"""What the town tells residents about their data, and its data protection officer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.cli import main

ESSAI = str(Path(__file__).resolve().parents[1] / "data" / "ville-dessai")
TELEGRAM = {"PARVIS_TELEGRAM_TOKEN": "123456:of-nobody"}
MATRIX = {
    "PARVIS_MATRIX_SERVER": "https://matrix.example.org",
    "PARVIS_MATRIX_USER": "@parvis:example.org",
    "PARVIS_MATRIX_PASSWORD": "of nobody",
}


@pytest.fixture(params=[[], ["--register"]], ids=["notice", "register"])
def options(request: pytest.FixtureRequest) -> list[str]:
    """The page for residents, and the draft record."""
    options: list[str] = request.param
    return options


def written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, options: list[str], **settings: str
) -> str:
    """What the command writes under ``settings``."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["privacy", "--base", ESSAI, *options]) == 0
    return capsys.readouterr().out


def test_it_tells_the_retention_in_force(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A town that keeps questions for 30 days says 30, and one that keeps them for 7 says 7, nowhere 30."""
    usual = written(capsys, monkeypatch, options)
    assert "30 jours" in usual
    shorter = written(capsys, monkeypatch, options, PARVIS_RETENTION_DAYS="7")
    assert "7 jours" in shorter
    assert "30" not in re.sub(r"article 30|\d\d/\d\d/\d{4}", "", shorter)
    assert re.search(r"\b1 jour\b(?!s)", written(capsys, monkeypatch, options, PARVIS_RETENTION_DAYS="1"))


def test_a_wrong_retention_is_no_page(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is never written on a setting that the bot would refuse."""
    monkeypatch.setenv("PARVIS_RETENTION_DAYS", "for ever")
    assert main(["privacy", "--base", ESSAI, *options]) == 2
    said = capsys.readouterr()
    assert (said.out, "PARVIS_RETENTION_DAYS" in said.err) == ("", True)


def test_it_tells_of_the_networks_that_are_open(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Residents read about the networks their town is on, encrypted or not, and about no other."""
    assert "aucun réseau n'est réglé" in written(capsys, monkeypatch, options)
    one = written(capsys, monkeypatch, options, **TELEGRAM)
    assert "**Telegram**" in one
    assert "**Matrix**" not in one
    assert "aucun réseau n'est réglé" not in one
    assert "n'est pas en marche" in written(capsys, monkeypatch, options, **MATRIX)
    sealed = written(capsys, monkeypatch, options, PARVIS_MATRIX_ENCRYPTION_KEY="0123456789abcdef")
    assert "est en marche" in sealed
    assert "n'est pas en marche" not in sealed


def test_nothing_about_the_town_is_invented(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The town's name comes from its base; what Parvis cannot know is left to complete, no phone or e-mail is new."""
    page = written(capsys, monkeypatch, options)
    assert "Ville-d'Essai" in page
    assert page.count("[à compléter") >= 6
    for title in ("Délégué à la protection des données", "article 6, paragraphe 1, point e"):
        assert title in page
    base = "\n".join(file.read_text("utf-8") for file in Path(ESSAI).rglob("*.yaml"))
    for fact in re.findall(r"\b0\d(?: \d\d){4}\b|[\w.]+@[\w.]+\.\w+", page):
        assert fact in base


def test_every_right_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Residents read each right the law gives them, how to use it at once, and where to complain."""
    page = written(capsys, monkeypatch, [])
    for right in ("Accès", "rectification", "effacement", "limitation", "opposition", "/oublier", "CNIL"):
        assert right in page


def test_a_shared_pack_is_no_town(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """France is a pack that towns share: nobody there answers for data."""
    france = Path(__file__).resolve().parents[2] / "knowledge" / "france"
    assert main(["privacy", "--base", str(france), *options]) == 2
    assert "city.yaml" in capsys.readouterr().err
