"""A Mastodon of our own for tests: its answers have the shape of recorded ones, and it fails on demand.

It knows nothing of Parvis. Run as a program it keeps a log of what the bot shows, so that the bot may be
killed while it goes on: ``python fakemastodon.py <port file> <log> keys|nokeys``.
"""

from __future__ import annotations

import copy
import html
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grapheme
from fakenet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "mastodon" / "recorded.json").read_text("utf-8")
)["exchanges"]
ME = "parvis"
TOKEN = "a-token-of-this-test"  # noqa: S105
CODES = {"code-setup": "setup-token", "code-run": "run-token"}
Form = dict[str, list[str]]
Reply = tuple[int, Any]
_URL = re.compile(r"https?://[^\s)]+")
_REMOTE = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+")


def counted(text: str) -> int:
    """How long a post is by Mastodon's published rules: addresses 23, mentions without their server."""
    return int(grapheme.length(_REMOTE.sub(r"@\1", _URL.sub("x" * 23, text))))


@dataclass
class FakeMastodon:
    """One instance with the bot's account on it."""

    honours_keys: bool = True
    edits: bool = True
    tells_edits: bool = False  # a notification tells of an edit, as on GoToSocial
    several: bool = True  # GET /api/v1/statuses?id[]=…, since Mastodon 4.3
    ulids: bool = False
    knows_min_id: bool = True
    most: int = 500
    retry_after: float = 3.0
    trouble: Trouble = Trouble.NONE
    requests: int = 0
    calls: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    notifications: dict[int, dict[str, Any]] = field(default_factory=dict)
    raw: list[Any] = field(default_factory=list)  # what is no notification
    shown: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=lambda: {TOKEN: "all"})
    profile: Form = field(default_factory=dict)
    policy: Form = field(default_factory=dict)
    note: Callable[[dict[str, Any]], None] | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    closed: bool = False
    streams: int = 0
    sequence: int = 100
    address: str = "http://127.0.0.1:1"

    def __post_init__(self) -> None:
        self.me = self.account(ME, bot=True)

    def name(self, sequence: int) -> str:
        """The name of the thing of that number: a number as on Mastodon, or a ULID as on GoToSocial."""
        return f"01J{sequence:023d}" if self.ulids else str(sequence)

    def number(self, name: str) -> int:
        """The number of the thing ``name``."""
        return int(name[3:] if self.ulids else name)

    def next(self) -> int:
        """A number that was never given; every other one is left for what shows late."""
        self.sequence += 2
        return self.sequence

    def account(self, acct: str, *, bot: bool = False) -> dict[str, Any]:
        """The account ``acct``, made at need."""
        if acct not in self.accounts:
            made = copy.deepcopy(RECORDED["mentions"]["body"][0]["account"])
            made |= {"id": self.name(self.next()), "username": acct.partition("@")[0], "acct": acct, "bot": bot}
            self.accounts[acct] = made
        return self.accounts[acct]

    def mention(self, words: str, acct: str = "resident@ailleurs.example", **more: Any) -> dict[str, Any]:
        """``acct`` writes to the bot; ``content``, ``sequence`` and any field of a status may be given."""
        with self.changed:
            sequence = more.pop("sequence", None) or self.next()
            status = self._status(acct, more.pop("content", None) or self.content(words)) | more
            self.statuses[status["id"]] = status
            self._notify("mention", acct, status, sequence)
            return status

    def favourite(self, status: str, acct: str = "resident@ailleurs.example") -> None:
        """``acct`` stars the bot's post ``status``."""
        with self.changed:
            self._notify("favourite", acct, self.statuses[status], self.next())

    def rewrite(self, status: str, words: str) -> None:
        """A resident edits a post."""
        with self.changed:
            found = self.statuses[status]
            found |= {"content": self.content(words), "edited_at": _stamp(datetime.now(UTC))}
            if self.tells_edits:
                self._notify("update", found["account"]["acct"], found, self.next())

    def content(self, words: str) -> str:
        """``words`` to the bot, as Mastodon shows them."""
        mention = (
            '<span class="h-card" translate="no"><a href="{}/@{}" class="u-url mention">@<span>{}</span></a></span>'
        )
        return f"<p>{mention.format(self.address, ME, ME)} {html.escape(words)}</p>"

    def junk(self, thing: Any) -> None:
        """Something that is no notification stands among them."""
        with self.changed:
            self.raw.append(thing)
            self.changed.notify_all()

    def befall(self, trouble: Trouble) -> None:
        """From now on every call fails that way."""
        with self.changed:
            self.trouble = trouble
            self.changed.notify_all()

    def answer(self, method: str, path: str, form: Form, key: str | None, token: str | None) -> Reply:
        """The status and the body for one call."""
        with self.changed:
            self.calls.append(f"{method} {path}")
            self.forms.append(form)
            if not path.startswith(("/oauth/", "/api/v1/apps", "/.well-known")) and token not in self.tokens:
                return 401, RECORDED["unauthorised"]["body"]
            for wanted, pattern, do in _ROUTES:
                found = re.fullmatch(pattern, path) if method == wanted else None
                if found is not None:
                    reply: Reply = getattr(self, do)(*found.groups(), form=form, key=key, token=token)
                    return reply
            return 404, RECORDED["gone"]["body"]

    def _status(self, acct: str, content: str) -> dict[str, Any]:
        made: dict[str, Any] = copy.deepcopy(RECORDED["mentions"]["body"][0]["status"])
        name = self.name(self.next())
        mention = {"id": self.me["id"], "username": ME, "acct": ME, "url": f"{self.address}/@{ME}"}
        return made | {
            "id": name,
            "created_at": _stamp(datetime.now(UTC)),
            "content": content,
            "language": "fr",
            "account": self.account(acct),
            "mentions": [mention],
        }

    def _notify(self, kind: str, acct: str, status: dict[str, Any], sequence: int) -> None:
        made = copy.deepcopy(RECORDED["mentions"]["body"][0])
        made |= {"id": self.name(sequence), "type": kind, "created_at": _stamp(datetime.now(UTC))}
        self.notifications[sequence] = made | {"account": self.account(acct), "status": status}
        self.changed.notify_all()

    def _account(self, **_: Any) -> Reply:
        body = copy.deepcopy(RECORDED["account"]["body"])
        return 200, body | {"id": self.me["id"], "username": ME, "acct": ME, "bot": "bot" in self.profile}

    def _relationships(self, *, form: Form, **_: Any) -> Reply:
        body = copy.deepcopy(RECORDED["relationships"]["body"][0])
        names = form.get("id[]") or form.get("id") or []
        return 200, [body | {"id": name, "blocked_by": name in self.blocked} for name in names]

    def _instance(self, **_: Any) -> Reply:
        body = copy.deepcopy(RECORDED["instance"]["body"])
        body["configuration"]["statuses"]["max_characters"] = self.most
        body["configuration"]["urls"]["streaming"] = self.address.replace("http", "ws")
        return 200, body

    def _notified(self, *, form: Form, **_: Any) -> Reply:
        limit, types = int(form.get("limit", ["40"])[0]), form.get("types[]", [])
        numbers = sorted(n for n, one in self.notifications.items() if not types or one["type"] in types)
        if "max_id" in form:
            numbers = [n for n in numbers if n < self.number(form["max_id"][0])]
        if "min_id" in form and self.knows_min_id:
            numbers = [n for n in numbers if n > self.number(form["min_id"][0])][:limit]
        return 200, [*self.raw, *(self.notifications[n] for n in reversed(numbers[-limit:]))]

    def _statuses(self, *, form: Form, **_: Any) -> Reply:
        if not self.several:
            return 404, RECORDED["gone"]["body"]
        return 200, [self.statuses[name] for name in form.get("id[]", []) if name in self.statuses]

    def _post(self, *, form: Form, key: str | None, **_: Any) -> Reply:
        if self.honours_keys and key in self.keys:
            return 200, self.statuses[self.keys[key or ""]]
        text, warning = form["status"][0], form.get("spoiler_text", [""])[0]
        if counted(text) + counted(warning) > self.most:
            return 422, RECORDED["too_long"]["body"]
        reply = form.get("in_reply_to_id", [None])[0]
        if reply is not None and not self._may_reply(reply):
            return 404, RECORDED["gone"]["body"]
        made = self._shown(text, warning, form, reply) | {"key": key}
        self.statuses[made["id"]] = made["status"]
        self.keys[key or ""] = made["id"]
        self.shown.append(made)
        if self.note is not None:
            self.note(made)
        return 200, made["status"]

    def _may_reply(self, reply: str) -> bool:
        return reply in self.statuses and self.statuses[reply]["account"]["id"] not in self.blocked

    def _shown(self, text: str, warning: str, form: Form, reply: str | None) -> dict[str, Any]:
        body = copy.deepcopy(RECORDED["reply"]["body"])
        told = [self.account(acct) for acct in re.findall(r"(?<![\w/])@([\w.]+(?:@[\w.-]+)?)", text)]
        status = body | {
            "id": self.name(self.next()),
            "created_at": _stamp(datetime.now(UTC)),
            "in_reply_to_id": reply,
            "spoiler_text": warning,
            "visibility": form.get("visibility", ["public"])[0],
            "language": form.get("language", [None])[0],
            "content": f"<p>{html.escape(text)}</p>",
            "account": self.me,
            "mentions": [{field: one[field] for field in ("id", "username", "url", "acct")} for one in told],
        }
        return {"id": status["id"], "text": text, "reply": reply, "to": [one["acct"] for one in told], "status": status}

    def _put(self, name: str, *, form: Form, **_: Any) -> Reply:
        found = [made for made in self.shown if made["id"] == name]
        if not found or not self.edits:
            return 404, RECORDED["gone"]["body"]
        found[0]["text"] = form["status"][0]
        found[0]["status"] |= {
            "edited_at": _stamp(datetime.now(UTC)),
            "spoiler_text": form.get("spoiler_text", [""])[0],
        }
        return 200, copy.deepcopy(RECORDED["edited"]["body"]) | found[0]["status"]

    def _oauth(self, **_: Any) -> Reply:
        body = copy.deepcopy(RECORDED["oauth"]["body"])
        for name, value in body.items():
            if isinstance(value, str):
                body[name] = value.replace("http://localhost:3000", self.address)
        return 200, body

    def _app(self, *, form: Form, **_: Any) -> Reply:
        return 200, RECORDED["app"]["body"] | {"scopes": form["scopes"][0].split()}

    def _token(self, *, form: Form, **_: Any) -> Reply:
        token = CODES.get(form["code"][0])
        if token is None:
            return 400, {"error": "invalid_grant", "error_description": "The provided authorization grant is invalid"}
        self.tokens[token] = form["scope"][0]
        return 200, RECORDED["token"]["body"] | {"access_token": token, "scope": form["scope"][0]}

    def _revoke(self, *, form: Form, **_: Any) -> Reply:
        self.tokens.pop(form["token"][0], None)
        return 200, {}

    def _profile(self, *, form: Form, token: str | None, **_: Any) -> Reply:
        if "write:accounts" not in self.tokens[token or ""]:
            return 403, {"error": "This action is outside the authorized scopes"}
        self.profile = form
        return 200, RECORDED["profile"]["body"]

    def _set_policy(self, *, form: Form, **_: Any) -> Reply:
        self.policy = form
        return 200, RECORDED["policy"]["body"]


_ROUTES = (
    ("GET", "/api/v1/accounts/verify_credentials", "_account"),
    ("GET", "/api/v1/accounts/relationships", "_relationships"),
    ("GET", "/api/v2/instance/", "_instance"),
    ("GET", "/api/v1/notifications", "_notified"),
    ("GET", "/api/v1/statuses", "_statuses"),
    ("POST", "/api/v1/statuses", "_post"),
    ("PUT", "/api/v1/statuses/([^/]+)", "_put"),
    ("GET", "/.well-known/oauth-authorization-server", "_oauth"),
    ("POST", "/api/v1/apps", "_app"),
    ("POST", "/oauth/token", "_token"),
    ("POST", "/oauth/revoke", "_revoke"),
    ("PATCH", "/api/v1/accounts/update_credentials", "_profile"),
    ("PATCH", "/api/v2/notifications/policy", "_set_policy"),
)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def reset_after(seconds: float) -> str:
    """When a limit ends, as Mastodon writes it."""
    return _stamp(datetime.now(UTC) + timedelta(seconds=seconds))
