"""What the tests of Telegram share: a reader of updates, and the updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiogram.types import Update as Model
from apirules import extras
from telegram import Update
from telegramrig import PRIVATE, RESIDENT, Desk, Noon, town

from adapters.telegram.groups import Me
from adapters.telegram.inbound import Reader, Received

Read = Callable[..., Received]


@pytest.fixture
def reader() -> Reader:
    """Reads for the bot of Ville-d'Essai."""
    return Reader(Me(123456, "villedessaibot"), town, Desk(), Noon())


@pytest.fixture
def told(reader: Reader) -> Read:
    """What comes of an update, which is one the Bot API could send."""

    def told(**update: Any) -> Received:
        raw = {"update_id": 7, **update}
        assert extras(Model.model_validate(raw)) == []
        return reader.read(Update.de_json(raw, None))

    return told


@pytest.fixture
def written(told: Read) -> Read:
    """What comes of a message of a resident's, in private unless ``chat`` is given."""

    def written(text: str | None = None, **more: Any) -> Received:
        words = {} if text is None else {"text": text}
        message = {"message_id": 10, "date": 1763640000, "chat": PRIVATE, "from": RESIDENT}
        return told(message=message | words | more)

    return written
