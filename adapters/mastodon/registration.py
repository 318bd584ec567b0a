"""Setting up the account of the bot: the application, its token, the profile that says whose it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from mastodon import Mastodon, MastodonIllegalArgumentError, MastodonNetworkError

from adapters.mastodon.client import REQUEST_SECONDS, VERSION
from adapters.mastodon.faults import TROUBLE, code_of
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = ["RUN_SCOPES", "SETUP_SCOPES", "Registrar", "TokenFile"]

_T = TypeVar("_T")
# What the bot needs every day; "read:follows" tells a resident who blocked it from a post that is gone.
RUN_SCOPES = ("read:accounts", "read:notifications", "read:statuses", "read:follows", "write:statuses")
# What only the set-up needs: its token is revoked at the end.
SETUP_SCOPES = ("read:accounts", "write:accounts", "write:notifications")
_EVERYONE = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
# Mastodon's own, where an instance does not say.
_FIELDS = 4


class _Account(Protocol):
    """The part of Mastodon.py that sets up an account."""

    def auth_request_url(self, *, scopes: list[str], lang: str, allow_http: bool) -> str: ...

    def log_in(self, *, code: str, scopes: list[str], allow_http: bool) -> str: ...

    def revoke_access_token(self, *, allow_http: bool) -> None: ...

    def account_verify_credentials(self) -> Mapping[str, Any]: ...

    def account_update_credentials(self, *, bot: bool, fields: list[tuple[str, str]], note: str | None) -> object: ...

    def update_notifications_policy(self, **accepted: str) -> object: ...


class Registrar:
    """One application on the instance ``server``. Every method raises SettingsError with what went wrong and the cure.

    No token and no secret is ever part of an error.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._allow_http = server.startswith("http://")  # only ever this machine: see read_server
        scopes = sorted({*RUN_SCOPES, *SETUP_SCOPES})
        self._app: tuple[str, str] = self._tried(
            lambda: Mastodon.create_app(
                "Parvis", scopes=scopes, api_base_url=server, request_timeout=REQUEST_SECONDS, user_agent="parvis"
            )
        )

    def page(self, scopes: Sequence[str], language: str) -> str:
        """Where someone signed in as the bot's account gives leave, and gets a code."""
        account = self._account()
        return self._tried(
            lambda: account.auth_request_url(scopes=[*scopes], lang=language, allow_http=self._allow_http)
        )

    def token(self, code: str, scopes: Sequence[str]) -> str:
        """The token that ``code`` stands for."""
        return self._tried(lambda: self._account().log_in(code=code, scopes=[*scopes], allow_http=self._allow_http))

    def dress(self, token: str, official: tuple[str, str], others: Sequence[tuple[str, str]], note: str) -> bool:
        """Mark the account as a bot, with its fields; True if it may now be written to by everyone.

        ``official`` names the town's page and comes first; ``others`` and then what staff had written follow,
        as far as there is room. ``note`` is its description if it has none. The token is revoked.
        """
        account = self._account(token)

        def mark() -> None:
            source = account.account_verify_credentials().get("source")
            known = source if isinstance(source, Mapping) else {}
            fields = _merged([official, *others], known.get("fields"))
            account.account_update_credentials(bot=True, fields=fields, note=None if known.get("note") else note)

        self._tried(mark)
        accepted = self._accept_all(account)
        self._tried(lambda: account.revoke_access_token(allow_http=self._allow_http))
        return accepted

    def _accept_all(self, account: _Account) -> bool:
        try:
            account.update_notifications_policy(**{f"for_{who}": "accept" for who in _EVERYONE})
        except TROUBLE as error:
            if code_of(error) is None:
                raise self._trouble(error) from None
            return False  # servers before Mastodon 4.3 filter nothing
        return True

    def _account(self, token: str | None = None) -> _Account:
        client_id, client_secret = self._app
        made = Mastodon(
            client_id=client_id,
            client_secret=client_secret,
            access_token=token,
            api_base_url=self._server,
            ratelimit_method="throw",
            request_timeout=REQUEST_SECONDS,
            mastodon_version=VERSION,
            user_agent="parvis",
        )
        return cast("_Account", made)

    def _tried(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except TROUBLE as error:
            raise self._trouble(error) from None

    def _trouble(self, error: BaseException) -> SettingsError:
        # Signing in hides what went wrong behind an error of its own.
        cause = error.__context__ if isinstance(error, MastodonIllegalArgumentError) else None
        cause = cause or error
        if isinstance(cause, MastodonNetworkError):
            return SettingsError("mastodon.setup_unreachable", server=self._server)
        return SettingsError("mastodon.setup_refused", server=self._server, code=code_of(cause) or type(cause).__name__)


def _merged(ours: Sequence[tuple[str, str]], theirs: object) -> list[tuple[str, str]]:
    """``ours``, then what was there under other names: never more than there is room for."""
    found = theirs if isinstance(theirs, list) else []
    kept = [(str(one.get("name")), str(one.get("value"))) for one in found if isinstance(one, Mapping)]
    names = {name for name, _ in ours}
    return [*ours, *((name, value) for name, value in kept if name and name not in names)][:_FIELDS]


class TokenFile:
    """A file that only its owner reads; there before a token is asked for, in its place once it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f"{path.name}.new")
        self._descriptor = -1

    def __enter__(self) -> TokenFile:
        """Raises SettingsError if it cannot be made."""
        try:
            self._new.unlink(missing_ok=True)
            self._descriptor = os.open(self._new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise SettingsError("mastodon.setup_unwritable", path=self._path, detail=error.strerror) from error
        return self

    def write(self, token: str) -> None:
        """Put ``token`` in it; raises SettingsError if the disk does not take it."""
        try:
            os.write(self._descriptor, f"{token}\n".encode())
            os.fsync(self._descriptor)
            self._new.replace(self._path)
        except OSError as error:
            raise SettingsError("mastodon.setup_unwritable", path=self._path, detail=error.strerror) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing half made."""
        os.close(self._descriptor)
        self._new.unlink(missing_ok=True)
