"""Every error Parvis raises on purpose.

    ParvisError
    ├── KnowledgeError      a knowledge base that cannot be served
    ├── OperatorError       said in the operator's language by bot.voice
    │   ├── SettingsError   a setting that is missing or wrong
    │   ├── StorageError    a store that cannot be opened, read or written
    │   └── ChannelRevoked  a platform that no longer takes the bot's token: the channel stops
    ├── ModelError          a trained model that cannot be read or made
    │   └── TrainerKilled   the system stopped the training, most often for want of memory
    └── SendError           a message that did not leave
        ├── SendPaused      later: the platform asks to wait
        ├── SendFailed      later: the network or the platform is in trouble
        └── SendRefused     never: blocked, gone, or not acceptable

The message of each is written for the person who can mend it (staff or
operator); none of them ever reaches a resident. The reason of a SendError is kept
and shown to operators: a few words and a code, never an identifier or a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.faults import Fault

__all__ = [
    "ChannelRevoked",
    "KnowledgeError",
    "ModelError",
    "OperatorError",
    "ParvisError",
    "SendError",
    "SendFailed",
    "SendPaused",
    "SendRefused",
    "SettingsError",
    "StorageError",
    "TrainerKilled",
]


class ParvisError(Exception):
    """The root of Parvis's own errors."""


class KnowledgeError(ParvisError):
    """A knowledge base that cannot be served.

    ``faults`` holds every fault found in one pass, each with file, line and cure.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} fault(s) in the knowledge base")


class OperatorError(ParvisError):
    """Something the operator can mend: ``key`` is a sentence of the voice, ``values`` fill its blanks."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(f"{key} {values}")


class SettingsError(OperatorError):
    """A setting that is missing or wrong; the message names it and its cure."""


class StorageError(OperatorError):
    """A store that cannot be opened, read or written."""


class ModelError(ParvisError):
    """A trained model that cannot be read or made."""


class TrainerKilled(ModelError):  # noqa: N818 - says what happened
    """The system stopped the process that trains: training again at once, and elsewhere, would end no better."""


class ChannelRevoked(OperatorError):  # noqa: N818 - says what happened
    """The platform no longer takes the channel's token: it stops, the others go on.

    ``setting`` names the setting to renew.
    """

    def __init__(self, channel: str, setting: str) -> None:
        super().__init__("operator.channel_revoked", channel=channel, setting=setting)


class SendError(ParvisError):
    """A message that did not leave; ``reason`` is for operators, without personal data."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class SendPaused(SendError):  # noqa: N818 - says what happened
    """The platform asks to wait ``retry_after`` seconds before writing to this chat again.

    ``everywhere``: before any call of this channel.
    """

    def __init__(self, retry_after: float, *, everywhere: bool = False) -> None:
        self.retry_after = retry_after
        self.everywhere = everywhere
        super().__init__("paused")


class SendFailed(SendError):  # noqa: N818 - says what happened
    """No answer, a timeout or an error of the server's: the same part is sent again later, with the same key."""


class SendRefused(SendError):  # noqa: N818 - says what happened
    """The platform will never take this message; ``gone``: nor any other to this chat (blocked, left, deleted)."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        self.gone = gone
        super().__init__(reason)
