"""The bot on a real server of the fediverse that is not Mastodon: snac2, where it installs."""

from __future__ import annotations

import re
import sys
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from snac import NotInstallable, Snac
from synapse import Parvis, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE = 180.0  # snac delivers every few seconds, and tries again after two minutes


@pytest.fixture
def instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Snac]:
    """A server with nobody on it yet; where it cannot be had, that is said loudly."""
    try:
        made = Snac(tmp_path)
    except NotInstallable as reason:
        line = f"SKIPPED: the smoke test on snac2 did not run, for it does not install here: {reason}"
        with capsys.disabled():
            sys.stdout.write(f"\n{'!' * 30}\n{line}\n{'!' * 30}\n")
        pytest.skip(line)
    made.start()
    yield made
    made.stop()


def test_a_resident_of_another_kind_of_server_is_answered(instance: Snac, tmp_path: Path, learned: Path) -> None:
    """Asked in private or in public, before and after kill -9, each question gets its one answer where it was asked."""
    token, resident = instance.register("parvis"), instance.register("resident")
    settings = {
        "PARVIS_CACHE": str(learned),
        "PARVIS_MASTODON_SERVER": instance.url,
        "PARVIS_MASTODON_TOKEN": token,
        "PARVIS_MASTODON_POLL_SECONDS": "15",
    }
    parvis = Parvis("", "", "", tmp_path, **settings)
    try:
        parvis.start()
        private = _asks(instance, resident, "@parvis refaire ma carte d'identité", "direct")
        public = _asks(instance, resident, "@parvis extrait d'acte de naissance", "public")
        told = {
            name: wait_for(lambda name=name: _answers(instance, token, name), _PATIENCE) for name in (private, public)
        }
        assert "avec votre ancienne carte" in _words(told[private])
        assert "vérifié le 24 octobre 2025" in _words(told[private])
        assert told[private][0]["visibility"] == "private"  # as snac calls what only those named can read
        assert "commune de naissance" in _words(told[public])
        assert told[public][0]["visibility"] == "public"  # snac calls what is unlisted so too
        parvis.kill()
        later = _asks(instance, resident, "@parvis se marier", "direct")
        parvis.start()
        assert "Déposez le dossier" in _words(wait_for(lambda: _answers(instance, token, later), _PATIENCE))
        assert parvis.stop() == 0
        assert [len(_answers(instance, token, name)) for name in (private, public, later)] == [1, 1, 1]
        # The resident was told, and not only the bot's own timeline.
        heard = wait_for(lambda: len(_mentions(instance, resident)) >= 3 and _mentions(instance, resident), _PATIENCE)
        assert {one["account"]["username"] for one in heard} == {"parvis"}
        assert "Traceback" not in parvis.log()
        assert token not in parvis.log()
    finally:
        parvis.close()


def _asks(instance: Snac, token: str, text: str, visibility: str) -> str:
    made: str = instance.call("POST", "/api/v1/statuses", token, status=text, visibility=visibility)["id"]
    return made


def _answers(instance: Snac, token: str, question: str) -> list[dict[str, Any]]:
    """What the bot replied to ``question``."""
    told = instance.call("GET", f"/api/v1/statuses/{question}/context", token)
    return [one for one in told["descendants"] if one["account"]["username"] == "parvis"]


def _mentions(instance: Snac, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = instance.call("GET", "/api/v1/notifications?types[]=mention", token)
    return [one for one in found if one["type"] == "mention"]


def _words(posts: list[dict[str, Any]]) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", " ".join(one["content"] for one in posts)))
