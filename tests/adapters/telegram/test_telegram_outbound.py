"""What the town says on Telegram: words that open, buttons that carry, nothing too long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegramrig import Desk

from adapters.telegram import buttons
from adapters.telegram.outbound import Composer, styled
from bot.mail import Part
from bot.messages import Answer, Block, BlockKind, Choice, Outcome, Span
from bot.rendering import Limits, pages, plain_text, utf16_length

COMPOSER = Composer(Desk(), lambda: ("fr", "en", "br"), "https://ville-essai.example/comptes")


def answer(*spans: Span, outcome: Outcome = Outcome.ANSWERED, **more: Any) -> Answer:
    """An answer of one paragraph."""
    return Answer(outcome, "fr", (Block(BlockKind.PARAGRAPH, spans),), **more)


def part(page: Answer, number: int = 0, count: int = 1, **address: str) -> Part:
    """A part for a resident's private chat."""
    return Part("k" * 32, "a" * 32, {"chat": "5000", **address}, page, number, count)


def rows(page: Answer, **more: Any) -> list[list[tuple[str, str | None]]]:
    """The buttons of a page: words and data."""
    markup = COMPOSER.compose(part(page, **more)).markup
    if markup is None:
        return []
    assert isinstance(markup, InlineKeyboardMarkup)
    return [[(one.text, one.callback_data or one.url) for one in row] for row in markup.inline_keyboard]  # type: ignore[misc]


def test_bold_words_and_links_are_where_telegram_counts_them() -> None:
    """After an emoji, which Telegram counts as two, the right words are bold and the right words open."""
    text, entities = styled(
        answer(Span("👪 "), Span("Gratuit", bold=True), Span(" : "), Span("ici", url="https://e.fr/"))
    )
    assert text == "👪 Gratuit : ici"
    units = text.encode("utf-16-le")
    found = {one.type: units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le") for one in entities}
    assert found == {"bold": "Gratuit", "text_link": "ici"}
    assert [one.url for one in entities if one.url] == ["https://e.fr/"]


def test_a_telephone_number_is_written_out() -> None:
    """What Telegram cannot open from a word is shown: a resident can still call."""
    text, entities = styled(answer(Span("Appeler", url="tel:0199000001")))
    assert (text, entities) == ("Appeler : 0199000001", ())


@pytest.mark.parametrize("count", [101, 250])
def test_no_link_is_lost_to_telegrams_hundred_entities(count: int) -> None:
    """An answer with very many bold words or links still leads to every page."""
    bold = Answer(Outcome.ANSWERED, "fr", tuple(Block(BlockKind.ITEM, (Span("a", bold=True),)) for _ in range(count)))
    whole = Answer(Outcome.ANSWERED, "fr", (*bold.blocks, *answer(Span("ici", url="https://e.fr/")).blocks))
    text, entities = styled(whole)
    assert [one.type for one in entities] == ["text_link"]
    links = [Span(f"n{number}", url=f"https://e.fr/{number}") for number in range(count)]
    text, entities = styled(answer(*(span for link in links for span in (link, Span(" ")))))
    assert entities == ()
    assert all(f"https://e.fr/{number}" in text for number in range(count))


SPANS = st.builds(
    Span,
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    bold=st.booleans(),
    url=st.sampled_from([None, "https://e.fr/a", "tel:0199000001"]),
)
BLOCKS = st.builds(
    Block, kind=st.sampled_from([BlockKind.PARAGRAPH, BlockKind.ITEM]), spans=st.lists(SPANS, min_size=1).map(tuple)
)


@given(st.lists(BLOCKS, min_size=1, max_size=5))
def test_any_answer_fits_and_says_the_same(blocks: list[Block]) -> None:
    """Whatever staff write, each message fits Telegram's 4,096 and its entities lie inside it."""
    limits = Limits(60, utf16_length)
    for page in pages(Answer(Outcome.ANSWERED, "fr", tuple(blocks)), limits):
        text, entities = styled(page)
        assert utf16_length(text) <= max(60, utf16_length(plain_text(page)))
        assert all(one.offset >= 0 and one.offset + one.length <= utf16_length(text) for one in entities)


TARGETS = st.one_of(
    st.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True),
    st.builds(
        lambda one, rest: f"place:{one}:{rest}", st.from_regex(r"[a-z]{1,64}", fullmatch=True), st.text(max_size=20)
    ),
    st.builds(lambda one, rest: f"street:{one}:{rest}", st.from_regex(r"[a-z]{1,64}", fullmatch=True), st.text()),
)


@given(TARGETS)
def test_a_choice_of_any_length_fits_its_button(target: str) -> None:
    """No choice is refused for its length, and what comes back is what was offered."""
    data = buttons.for_target(target)
    assert 1 <= len(data.encode("utf-8", "surrogatepass")) <= 64
    identifier = target.split(":")[1] if ":" in target else target
    assert data == buttons.WORDS or buttons.read_target(data, ["other", identifier]) == target


def test_choices_can_be_pressed_and_still_be_typed() -> None:
    """Choices are buttons, and stay numbered in the text for who types or has them read aloud."""
    page = answer(
        Span("Laquelle ?"), outcome=Outcome.CLARIFY, choices=(Choice(1, "Perdue", "perte"), Choice(2, "Neuve", "n"))
    )
    assert rows(page) == [[("1. Perdue", "c:perte")], [("2. Neuve", "c:n")]]
    assert "1. Perdue" in COMPOSER.compose(part(page)).text


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [(Outcome.ANSWERED, True), (Outcome.ANSWERED_STALE, True), (Outcome.EMERGENCY, False), (Outcome.SMALLTALK, False)],
)
def test_an_answer_asks_whether_it_helped(outcome: Outcome, asked: bool) -> None:
    """Under the last page of an answer a resident can say whether it helped; never under an emergency."""
    page = answer(Span("Oui."), outcome=outcome)
    rated = [[("Oui, cela répond", f"y:fr:{'a' * 32}"), ("Non, cela ne répond pas", f"n:fr:{'a' * 32}")]]
    assert rows(page) == (rated if asked else [])
    assert rows(page, number=0, count=2) == []


def test_languages_are_offered_in_their_own_names() -> None:
    """/langue offers the town's languages, each in its own words."""
    page = answer(Span("Choisissez."), outcome=Outcome.SMALLTALK)
    assert rows(page, menu="language") == [[("Français", "l:fr")], [("English", "l:en")], [("br", "l:br")]]


def test_the_official_page_is_one_press_away() -> None:
    """/officiel leads to the town's own page, which names this account."""
    page = answer(Span("Ce compte…"), outcome=Outcome.SMALLTALK)
    assert rows(page, menu="official") == [[("Voir la page de la ville", "https://ville-essai.example/comptes")]]


def test_where_the_resident_is_can_be_shared_with_one_key() -> None:
    """Who is asked where they are gets a key that says it, in private only."""
    page = answer(Span("Où êtes-vous ?"), awaiting="location:piscine:nearest:")
    markup = COMPOSER.compose(part(page)).markup
    assert isinstance(markup, ReplyKeyboardMarkup)
    assert markup.keyboard[0][0].request_location
    assert not isinstance(COMPOSER.compose(part(page, chat="-900")).markup, ReplyKeyboardMarkup)


def test_a_made_up_mark_in_a_text_changes_nothing() -> None:
    """A character that the bot uses for itself, written by staff, moves no link to other words."""
    text, (link,) = styled(answer(Span("a\ue000b ", bold=False), Span("ici", url="https://e.fr/")))
    assert (text, link.offset, link.length) == ("ab ici", 3, 3)
    assert json.loads(link.to_json())["url"] == "https://e.fr/"
