"""What comes in from Mastodon: words, who may read them, and what is no question."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from fakemastodon import RECORDED, FakeMastodon
from hypothesis import given
from hypothesis import strategies as st
from mastodonrig import Voice

from adapters.mastodon.inbound import Reader
from adapters.mastodon.pagetext import page_text
from adapters.mastodon.tail import Tail
from bot.mail import Event, Kind
from bot.messages import Location, Visibility

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def net() -> FakeMastodon:
    """An instance that is not served: only what it would say."""
    return FakeMastodon()


def read(net: FakeMastodon, words: str = "piscine ?", **more: Any) -> Event | None:
    """The event of a mention of the bot."""
    net.mention(words, **more)
    return Reader(net.me["id"], Voice()).read(net.notifications[max(net.notifications)])


def asked(net: FakeMastodon, words: str = "piscine ?", **more: Any) -> Event:
    """The same, when there is one."""
    event = read(net, words, **more)
    assert event is not None
    return event


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<p>Où est la <b>mairie</b>&nbsp;?</p><p>Merci<br/>bien &amp; vite</p>",
            "Où est la mairie ?\n\nMerci\nbien & vite",
        ),
        ('<p><a href="https://x/@b" class="u-url mention">@<span>b</span></a> piscine</p>', "piscine"),
        ('<p>la <a href="https://x/tags/p" class="mention hashtag">#<span>piscine</span></a></p>', "la piscine"),
        (
            '<a href="https://a.fr/b"><span class="invisible">https://</span><span class="ellipsis">a.fr</span>'
            '<span class="invisible">/b</span></a>',
            "https://a.fr/b",
        ),
        ('<p class="quote-inline">RE: <a href="https://x/1">x/1</a></p><p>et ici ?</p>', "et ici ?"),
        ("<p>bonjour :blobcat: à 10:30:45</p>", "bonjour à 10:30:45"),
        ("<ul><li>un</li><li>deux</li></ul><script>alert(1)</script>", "un\n\ndeux"),
        ("e\u0301te\u0301 <![CDATA[x", "été <![CDATA[x"),
        ("a < b et 3 > 2", "a < b et 3 > 2"),
        ("", ""),
    ],
)
def test_a_post_is_read_as_its_author_wrote_it(html: str, text: str) -> None:
    """A resident's words come out of Mastodon's HTML: no tags, no mentions, no custom emoji."""
    assert page_text(html, ["blobcat"]) == text


@given(st.text(alphabet="<>!/[]&;:-= abé\"'p", max_size=200))
def test_no_markup_breaks_the_reading(html: str) -> None:
    """However mangled a post arrives, the bot still reads it."""
    assert isinstance(page_text(html, ["b"]), str)


def test_a_huge_post_is_read_at_once() -> None:
    """A post made to keep the bot busy does not."""
    assert len(page_text("<" * 5_000_000)) <= 10_000
    assert page_text("<a <!-- " * 500_000) is not None


def test_a_recorded_mention_becomes_a_question() -> None:
    """What a real Mastodon said of a mention is understood."""
    (notification,) = RECORDED["mentions"]["body"]
    event = Reader("117440810532227399", Voice()).read(notification)
    assert event == Event(
        id="status:117440821885976823",
        asker="117440810233042393",
        chat="117440810233042393",
        sent_at=datetime(2026, 10, 14, 19, 5, 28, 486000, UTC),
        text="hello!",
        address={
            "to": "admin",
            "account": "117440810233042393",
            "reply": "117440821885976823",
            "visibility": "unlisted",
        },
        language="en",
        visibility=Visibility.PUBLIC,
        message="117440821885976823",
    )


@pytest.mark.parametrize(
    ("asked_as", "answered_as", "readers"),
    [
        ("public", "unlisted", Visibility.PUBLIC),
        ("unlisted", "unlisted", Visibility.PUBLIC),
        ("private", "direct", Visibility.PRIVATE),
        ("direct", "direct", Visibility.PRIVATE),
        ("mutuals_only", "direct", Visibility.PRIVATE),
    ],
)
def test_an_answer_is_read_by_no_more_people(
    net: FakeMastodon, asked_as: str, answered_as: str, readers: Visibility
) -> None:
    """What a resident did not write for all is answered to that resident only; timelines are left alone."""
    event = asked(net, visibility=asked_as)
    assert (event.address["visibility"], event.visibility) == (answered_as, readers)


@pytest.mark.parametrize(
    "content", ["@parvis piscine ?", "<p>@Parvis@ville.example, piscine ?</p>", "piscine ? @parvis"]
)
def test_unmarked_mentions_are_no_part_of_the_question(net: FakeMastodon, content: str) -> None:
    """A resident whose server writes mentions as plain words is understood as well."""
    assert asked(net, content=content).text.strip(", ") == "piscine ?"


def test_names_are_opaque() -> None:
    """A town on GoToSocial, whose names are no numbers, is served as well."""
    net = FakeMastodon(ulids=True)
    event = asked(net)
    assert event.id.startswith("status:01J")
    assert event.address["reply"] == event.message


def test_bots_and_the_bot_itself_are_not_answered(net: FakeMastodon) -> None:
    """Two bots never start talking to each other, and the bot not to itself."""
    net.account("robot@ailleurs.example", bot=True)
    assert read(net, acct="robot@ailleurs.example") is None
    net.me["bot"] = False
    assert read(net, acct="parvis") is None


@pytest.mark.parametrize("acct", ["robot@ailleurs.example", "parvis"])
def test_bots_have_no_opinion_and_correct_nothing(net: FakeMastodon, acct: str) -> None:
    """A program's star says nothing of an answer, and a program that edits its posts starts no conversation."""
    net.account(acct)["bot"] = acct != "parvis"
    reader = Reader(net.me["id"], Voice())
    status = net.mention("x", acct)
    net.favourite(status["id"], acct)
    assert reader.read(net.notifications[max(net.notifications)]) is None
    net.rewrite(status["id"], "y")
    assert reader.reread(status) is None


def test_a_content_warning_is_kept_and_read(net: FakeMastodon) -> None:
    """A resident who hides a post behind a warning is answered behind the same one, and the warning counts as words."""
    event = asked(net, "c'est combien ?", spoiler_text="Prix de la piscine")
    assert event.text == "Prix de la piscine\nc'est combien ?"
    assert event.address["warning"] == "Prix de la piscine"


@pytest.mark.parametrize(
    ("visibility", "kept"), [("public", "<mastodon.hidden fr>"), ("direct", "Appelez 01 99 00 12 34")]
)
def test_a_warning_repeats_no_number_in_public(net: FakeMastodon, visibility: str, kept: str) -> None:
    """A phone number in a content warning is not shown to all a second time."""
    event = asked(net, spoiler_text="Appelez 01 99 00 12 34", visibility=visibility)
    assert event.address["warning"] == kept


@pytest.mark.parametrize(
    ("written", "language"), [("fr", "fr"), ("zh-TW", "zh"), ("EN", "en"), (None, None), ("", None), ("français", None)]
)
def test_the_language_of_a_post_is_known(net: FakeMastodon, written: str | None, language: str | None) -> None:
    """The language that a resident's post says it is in reaches the desk."""
    assert asked(net, language=written).language == language


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("/oublier", Kind.FORGET, ""),
        ("/Delete", Kind.FORGET, ""),
        ("/confidentialité", Kind.SAY, "delivery.privacy"),
        ("/help", Kind.SAY, "mastodon.help"),
        ("/officiel", Kind.SAY, "mastodon.official"),
        ("/langue", Kind.SAY, "mastodon.language"),
        ("/langue in English", Kind.ASK, "langue in English"),
        ("/humain", Kind.ASK, "<delivery.ask_human fr>"),
        ("/piscine", Kind.ASK, "piscine"),
        ("oublier mon rendez-vous", Kind.ASK, "oublier mon rendez-vous"),
    ],
)
def test_commands_are_understood(net: FakeMastodon, words: str, kind: Kind, text: str) -> None:
    """The commands that the bot speaks of work here as on the other networks."""
    event = asked(net, words)
    assert (event.kind, event.text) == (kind, text)


def test_a_command_under_a_content_warning_is_one(net: FakeMastodon) -> None:
    """Who writes /oublier under a subject line is forgotten too."""
    assert asked(net, "/oublier", spoiler_text="Question").kind is Kind.FORGET


def test_a_picture_alone_is_answered_with_a_word(net: FakeMastodon) -> None:
    """Who sends a picture or a voice is told that the bot reads text, who sends nothing but its name gets help."""
    for kind in ("image", "audio", "video", "gifv"):
        event = asked(net, "", media_attachments=[{"id": "1", "type": kind, "url": "https://essai.example/x"}])
        assert (event.kind, event.text) == (Kind.SAY, "mastodon.text_only")
    event = asked(net, "")
    assert (event.kind, event.text) == (Kind.SAY, "mastodon.help")


@pytest.mark.parametrize(
    ("words", "helpful"), [("👍🏽", True), ("👎", False), ("👍\ufe0f ", True), ("/utile", True), ("/inutile", False)]
)
def test_a_thumb_in_reply_is_an_opinion(net: FakeMastodon, words: str, helpful: bool) -> None:
    """A resident who replies with a thumb has said whether the answer helped, and is not answered again."""
    event = asked(net, words, in_reply_to_id="99")
    assert (event.kind, event.about, event.helpful) == (Kind.FEEDBACK, "99", helpful)


@pytest.mark.parametrize("words", ["merci", "non", "👍 et la piscine ?", "👍👎"])
def test_words_in_reply_are_a_question(net: FakeMastodon, words: str) -> None:
    """A resident who answers the bot in words is answered."""
    assert asked(net, words, in_reply_to_id="99").kind is Kind.ASK


def test_a_star_is_an_opinion(net: FakeMastodon) -> None:
    """A resident who stars an answer says that it helped; a second star for the same answer is the same opinion."""
    status = net.mention("x")["id"]
    events = []
    for _ in range(2):
        net.favourite(status)
        events.append(Reader(net.me["id"], Voice()).read(net.notifications[max(net.notifications)]))
    first, second = events
    assert first is not None
    assert second is not None
    assert (first.kind, first.about, first.helpful) == (Kind.FEEDBACK, status, True)
    assert first.id == second.id


@given(st.data())
def test_nothing_malformed_breaks_the_reading(data: st.DataObject) -> None:
    """Whatever another server sends, the bot goes on listening."""
    notification = copy.deepcopy(RECORDED["mentions"]["body"][0])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from([notification, notification.get("status"), notification.get("account")]))
        if isinstance(place, dict) and place:
            place[data.draw(st.sampled_from(sorted(place, key=str)))] = data.draw(_JSON)
    reader = Reader("117440810532227399", Voice())
    event = reader.read(notification)
    assert event is None or isinstance(event.text, str)
    if isinstance(notification.get("status"), dict):
        reader.reread(notification["status"])


def test_what_shows_late_is_not_skipped() -> None:
    """A message whose notification shows a moment after a younger one's is still received."""
    tail = Tail(None, 0.0)
    tail.saw(["1", "3"], 0.0)
    tail = Tail(tail.cursor, 5.0)
    assert (tail.after, tail.is_new("3"), tail.is_new("2")) == (None, False, True)
    tail.saw(["1", "2", "3"], 5.0)
    tail.saw(["1", "2", "3"], 26.0)
    assert (tail.after, tail.cursor) == ("3", '["3"]')


def test_a_flood_does_not_swell_what_is_kept() -> None:
    """A thousand messages in a minute leave a short note of where to go on."""
    tail = Tail('["0"]', 0.0)
    tail.saw([str(number) for number in range(1, 1000)], 1.0)
    assert tail.after == "799"
    assert len(tail.cursor or "") < 2000


def test_a_point_copied_from_a_map_is_where_the_resident_is(net: FakeMastodon) -> None:
    """Who pastes the address of a point, as Mastodon has no locations, gets the nearest places."""
    event = asked(net, "geo:48.83,2.36")
    assert (event.kind, event.text, event.location) == (Kind.ASK, "", Location(48.83, 2.36))
