"""An answer as text, and cut into messages that a channel can carry."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Answer, Block, BlockKind, Choice, Outcome, SourceNote, Span
from bot.rendering import Limits, block_text, cut, parts, plain_text, utf16_length

CARD = Answer(
    outcome=Outcome.ANSWERED,
    language="fr",
    entry_id="carte",
    blocks=(
        Block(BlockKind.TITLE, (Span("Carte d'essai"),)),
        Block(BlockKind.PARAGRAPH, (Span("Apportez "), Span("deux", bold=True), Span(" choses :"))),
        Block(BlockKind.ITEM, (Span("une photo"),)),
        Block(BlockKind.ITEM, (Span("un justificatif"),)),
        Block(BlockKind.LINK, (Span("Rendez-vous", url="https://ville.example/rdv"),)),
        Block(BlockKind.SOURCE, (Span("Source : Ville-d'Essai, vérifié le 24 octobre 2025"),)),
    ),
    sources=(SourceNote("Ville-d'Essai", None, date(2025, 10, 24)),),
)


def test_an_answer_reads_as_plain_text() -> None:
    """A resident without colours or links reads everything, the source on a line of its own."""
    assert plain_text(CARD) == (
        "Carte d'essai\n\nApportez deux choses :\n\n- une photo\n- un justificatif\n\n"
        "Rendez-vous : https://ville.example/rdv\n\nSource : Ville-d'Essai, vérifié le 24 octobre 2025"
    )


@pytest.mark.parametrize("introduced", [True, False])
def test_choices_are_numbered(introduced: bool) -> None:
    """A resident sees the number to type before each choice, after the sentence that introduces them."""
    blocks = [Block(BlockKind.CHOICES, (Span("Laquelle ?"),))] if introduced else []
    after = Block(BlockKind.CONTACT, (Span("Mairie : 01 99 00 00 01"),))
    choices = (Choice(1, "Carte perdue", "perdue"), Choice(2, "Carte volée", "volee"))
    text = plain_text(Answer(Outcome.CLARIFY, "fr", (*blocks, after), choices=choices))
    asked = "Laquelle ?\n\n1. Carte perdue\n2. Carte volée\n\nMairie : 01 99 00 00 01"
    assert text == (asked if introduced else "Mairie : 01 99 00 00 01\n\n1. Carte perdue\n2. Carte volée")


@pytest.mark.parametrize(
    ("spans", "language", "shown"),
    [
        ((Span("Le site", url="https://a.example"),), "fr", "Le site : https://a.example"),
        ((Span("The site", url="https://a.example"),), "en", "The site: https://a.example"),
        (
            (Span("Voir "), Span("le site", url="https://a.example"), Span(".")),
            "fr",
            "Voir le site (https://a.example).",
        ),
        ((Span("https://a.example", url="https://a.example"),), "fr", "https://a.example"),
        ((Span("01 99 00 00 01", url="tel:01 99 00 00 01"),), "fr", "01 99 00 00 01"),
        ((Span("Écrire", url="mailto:essai@ville.example"),), "fr", "Écrire : essai@ville.example"),
    ],
)
def test_a_link_shows_its_address(spans: tuple[Span, ...], language: str, shown: str) -> None:
    """A resident who cannot click reads where the link leads, once."""
    assert block_text(Block(BlockKind.PARAGRAPH, spans), language) == shown


def test_a_numbered_step_keeps_its_number() -> None:
    """Step 3 is shown as step 3."""
    assert block_text(Block(BlockKind.ITEM, (Span("Signer"),), number=3), "fr") == "3. Signer"


def test_a_short_answer_is_one_message() -> None:
    """An answer that fits is never cut."""
    assert parts(CARD, Limits(500)) == (plain_text(CARD),)


def test_cuts_fall_between_blocks_first() -> None:
    """A resident never gets half a paragraph when a whole one fits."""
    assert cut("Un deux. Trois.\n\nQuatre cinq.\n\nSix.", Limits(20)) == ("Un deux. Trois.", "Quatre cinq.\n\nSix.")


def test_then_between_sentences_then_between_words() -> None:
    """A paragraph that is too long is cut after a sentence, and a sentence between two words."""
    assert cut("Un deux. Trois quatre cinq six.", Limits(13)) == ("Un deux.", "Trois quatre", "cinq six.")


def test_an_address_is_not_cut_when_it_fits() -> None:
    """A resident can open every address: none is broken over two messages."""
    address = "https://ville.example/une-page"
    assert address in cut(f"Voir la page {address} demain matin.", Limits(31))


@pytest.mark.parametrize("letter", ["👨‍👩‍👧", "🇫🇷", "é", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_one_letter_is_never_torn(letter: str) -> None:
    """A family, a flag, an accent or a skin tone stays whole, even in a word without a space."""
    pieces = cut(letter * 30, Limits(3 * len(letter) + 1))
    assert "".join(pieces) == letter * 30
    assert {len(piece) % len(letter) for piece in pieces} == {0}


def test_telegram_counts_in_utf16() -> None:
    """An emoji takes two units there, and the cut knows it."""
    assert utf16_length("a😀") == 3
    assert cut("😀😀😀", Limits(4, utf16_length)) == ("😀😀", "😀")


def test_a_limit_too_small_for_one_character_is_a_defect() -> None:
    """A channel that cannot carry one letter is a mistake of ours, said at once."""
    with pytest.raises(ValueError, match="one character"):
        cut("😀", Limits(1, utf16_length))


def test_nothing_to_say_is_no_message() -> None:
    """Blank text makes no empty message."""
    assert cut(" \n ", Limits(10)) == ()


@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("ab. \n!🇫🇷👍🏽\u200d\u0301"), st.characters(codec="utf-8")), max_size=300
    ),
    length=st.integers(2, 60),
    units=st.sampled_from([len, utf16_length]),
)
def test_nothing_is_lost_and_every_part_fits(text: str, length: int, units: object) -> None:
    """Whatever the answer and the channel, the messages together say all of it and each can be sent."""
    limits = Limits(length, utf16_length if units is utf16_length else len)
    pieces = cut(text, limits)
    assert all(limits.fits(piece) and piece.strip() for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
