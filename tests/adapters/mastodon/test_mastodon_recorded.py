"""The Mastodon of tests held against what a real one said: see tests/data/mastodon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakemastodon import RECORDED, TOKEN, FakeMastodon
from mastodonrig import Voice
from mastodonserver import MastodonServer

from adapters.mastodon.client import Client, connect
from adapters.mastodon.inbound import Reader
from adapters.mastodon.profile import read_instance
from adapters.mastodon.settings import MastodonSettings


def shape(value: Any) -> Any:
    """What a value is made of: names and kinds."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def unlike(said: Any, recorded: Any) -> list[str]:
    """Where ``said`` is not of the shape that was recorded: names missing, added, or of another kind."""
    if isinstance(recorded, dict) and isinstance(said, dict):
        odd = list(said.keys() ^ recorded.keys())
        return odd + [
            f"{name}.{one}" for name in said.keys() & recorded.keys() for one in unlike(said[name], recorded[name])
        ]
    if isinstance(recorded, list) and isinstance(said, list):
        return unlike(said[0], recorded[0]) if said and recorded else []
    return [] if None in (said, recorded) or type(said) is type(recorded) else [type(said).__name__]


def answers(net: FakeMastodon) -> dict[str, Any]:
    """What the fake says where the real one was recorded."""
    asked = net.mention("piscine ?")
    form = {"status": ["@resident@ailleurs.example ici"], "in_reply_to_id": [asked["id"]], "visibility": ["direct"]}
    return {
        "account": net.answer("GET", "/api/v1/accounts/verify_credentials", {}, None, TOKEN),
        "instance": net.answer("GET", "/api/v2/instance/", {}, None, TOKEN),
        "mentions": net.answer("GET", "/api/v1/notifications", {}, None, TOKEN),
        "reply": net.answer("POST", "/api/v1/statuses", form, "k", TOKEN),
        "edited": net.answer("PUT", f"/api/v1/statuses/{net.shown[0]['id']}", form, None, TOKEN),
        "too_long": net.answer("POST", "/api/v1/statuses", {"status": ["é" * 501]}, "l", TOKEN),
        "gone": net.answer("GET", "/api/v1/statuses/0", {}, None, TOKEN),
        "unauthorised": net.answer("GET", "/api/v1/notifications", {}, None, "revoked"),
        "relationships": net.answer("GET", "/api/v1/accounts/relationships", {"id[]": ["1"]}, None, TOKEN),
        "oauth": net.answer("GET", "/.well-known/oauth-authorization-server", {}, None, None),
        "app": net.answer("POST", "/api/v1/apps", {"scopes": ["read"]}, None, None),
        "token": net.answer("POST", "/oauth/token", {"code": ["code-run"], "scope": ["read"]}, None, None),
        "policy": net.answer("PATCH", "/api/v2/notifications/policy", {}, None, TOKEN),
    }


@pytest.mark.parametrize("name", sorted(answers(FakeMastodon())))
def test_the_fake_speaks_as_the_real_one(name: str) -> None:
    """What the channel is tested against says what a real Mastodon says, with the same fields of the same kinds."""
    status, body = answers(FakeMastodon())[name]
    recorded = RECORDED[name]
    assert status == recorded["status"]
    assert unlike(json.loads(json.dumps(body)), recorded["body"]) == []


def test_headers_tell_of_limits_as_recorded() -> None:
    """The limits that a real Mastodon tells in its headers are told by the fake, in the same form."""
    net = FakeMastodon()
    server = MastodonServer(net)
    client = client_of(net)
    client.account_verify_credentials()
    server.stop()
    assert client.ratelimit_reset is not None
    assert {name for name in RECORDED["account"]["headers"] if name.startswith("x-ratelimit")} == {
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    }


def test_a_recorded_event_of_the_stream_is_the_notification() -> None:
    """What a real stream tells of a mention is what its notifications say: polling misses nothing of it."""
    event, data = RECORDED["stream"]["body"].split("\n")[1:3]
    assert event == "event: notification"
    streamed = json.loads(data.removeprefix("data: "))
    assert unlike(streamed, RECORDED["mentions"]["body"][0]) == []
    assert Reader("somebody", Voice()).read(streamed) is not None


def test_the_recorded_instance_says_its_length() -> None:
    """What a real instance says of itself gives the length of posts, here 500."""

    class Recorded:
        def instance_v2(self) -> Any:
            return RECORDED["instance"]["body"]

        instance_v1 = instance_v2

    assert read_instance(Recorded()).characters == 500  # type: ignore[arg-type]


def client_of(net: FakeMastodon) -> Client:
    """A client of the fake."""
    return connect(MastodonSettings(net.address, TOKEN))
