"""What is asked of Mastodon.py: its decorators erase all types, so that they are written down here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from mastodon import Mastodon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests
    from mastodon import StreamListener

    from adapters.mastodon.settings import MastodonSettings

__all__ = ["REQUEST_SECONDS", "VERSION", "Client", "connect", "length"]

# Longer than an instance ever takes, shorter than the 30 s after which the core gives up a call.
REQUEST_SECONDS = 20.0
# Said to the library so that it never asks the instance: where /api/v1/instance fails, asking
# calls itself about 980 times over. 4.3 is the first with the policy for notifications.
VERSION = "4.3.0"


class Client(Protocol):
    """The part of Mastodon.py that is used. Blocking; each client belongs to one thread."""

    ratelimit_reset: float | None

    def account_verify_credentials(self) -> Mapping[str, Any]:
        """The bot's own account."""
        ...

    def account_relationships(self, id: str) -> Sequence[Mapping[str, Any]]:
        """What lies between the bot and an account."""
        ...

    def instance_v2(self) -> Mapping[str, Any]:
        """What the instance says of itself."""
        ...

    def instance_v1(self) -> Mapping[str, Any]:
        """The same, from an older server."""
        ...

    def notifications(
        self, *, types: list[str], min_id: str | None = None, max_id: str | None = None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """A page of notifications, the newest first; with ``min_id`` the ones right after it."""
        ...

    def statuses(self, ids: list[str]) -> Sequence[Mapping[str, Any]]:
        """Those of ``ids`` that still exist."""
        ...

    def status_post(
        self,
        status: str,
        *,
        in_reply_to_id: str | None,
        visibility: str,
        spoiler_text: str | None,
        language: str | None,
        idempotency_key: str,
    ) -> Mapping[str, Any]:
        """Post; the status that is now shown."""
        ...

    def status_update(self, id: str, status: str, *, spoiler_text: str | None) -> Mapping[str, Any]:
        """Rewrite a status."""
        ...

    def stream_user_notifications(self, listener: StreamListener, *, timeout: float) -> None:
        """Tell ``listener`` of notifications until something breaks."""
        ...


def connect(settings: MastodonSettings, session: requests.Session | None = None) -> Client:
    """A client of its own for one thread; calls nothing."""
    made = Mastodon(
        access_token=settings.token,
        api_base_url=settings.server,
        ratelimit_method="throw",
        request_timeout=REQUEST_SECONDS,
        mastodon_version=VERSION,
        user_agent="parvis",
        session=session,
    )
    return cast("Client", made)


def length(text: str) -> int:
    """How many characters ``text`` counts for: an address of a page 23, a mention without its server."""
    return int(Mastodon.get_status_length(text))
