"""The Markdown of answers: what staff may write, and what becomes of the rest."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import Unsupported, parse, unsupported
from bot.messages import Block, BlockKind, Span


def test_paragraphs_bold_and_links_are_read() -> None:
    """An answer with a paragraph, a bold word and a link keeps all three."""
    blocks = parse("Apportez **deux photos**.\nVoir [le site](https://ville.example/a).\n\nC'est gratuit.")
    assert blocks == (
        Block(
            BlockKind.PARAGRAPH,
            (
                Span("Apportez "),
                Span("deux photos", bold=True),
                Span(". Voir "),
                Span("le site", url="https://ville.example/a"),
                Span("."),
            ),
        ),
        Block(BlockKind.PARAGRAPH, (Span("C'est gratuit."),)),
    )


def test_lists_keep_their_numbers() -> None:
    """Steps keep the numbers staff gave them, and dashes stay dashes."""
    blocks = parse("3. Prendre rendez-vous\n4. Venir\n\n- une photo\n- un justificatif")
    assert [(block.kind, block.number, block.text) for block in blocks] == [
        (BlockKind.ITEM, 3, "Prendre rendez-vous"),
        (BlockKind.ITEM, 4, "Venir"),
        (BlockKind.ITEM, None, "une photo"),
        (BlockKind.ITEM, None, "un justificatif"),
    ]


def test_a_second_paragraph_of_an_item_is_not_another_item() -> None:
    """A remark under step 1 does not become step 2."""
    blocks = parse("1. Venir\n\n   Sans rendez-vous.\n2. Signer")
    assert [(block.kind, block.number) for block in blocks] == [
        (BlockKind.ITEM, 1),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.ITEM, 2),
    ]


def test_plain_answers_have_nothing_to_report() -> None:
    """Staff who keep to the subset are left in peace, even with a price, a comparison or an asterisk."""
    text = "Coût : **3 €** si < 18 ans*.\n\n1. un\n2. [deux](tel:+33199000001)\n\n- a > b\n- c_d_e"
    assert unsupported(text) == []


@pytest.mark.parametrize(
    ("text", "line", "what", "shown"),
    [
        ("Bonjour\n\n## Titre", 3, Unsupported.HEADING, "Titre"),
        ("![plan](https://ville.example/p.png)", 1, Unsupported.IMAGE, "plan (https://ville.example/p.png)"),
        ("| jour | heure |\n|---|---|\n| lundi | 9 h |", 1, Unsupported.TABLE, "lundi"),
        ("du `code` ici", 1, Unsupported.CODE, "du code ici"),
        ("```\nligne\n```", 1, Unsupported.CODE, "ligne"),
        ("un\ndeux <b>trois</b>", 2, Unsupported.HTML, "<b>trois</b>"),
        ("<script>alert(1)</script>", 1, Unsupported.HTML, "<script>"),
        ("> cité", 1, Unsupported.QUOTE, "cité"),
        ("a\n\n---\n\nb", 3, Unsupported.RULE, "b"),
        ("c'est *important*", 1, Unsupported.EMPHASIS, "important"),
        ("- a\n  - b", 2, Unsupported.NESTED_LIST, "b"),
        ("12 rue X\\\n00000 Ville", 1, Unsupported.LINE_BREAK, "12 rue X 00000 Ville"),
        ("[ici](page.html)", 1, Unsupported.LINK_SCHEME, "ici (page.html)"),
    ],
)
def test_the_rest_is_reported_and_shown_as_words(text: str, line: int, what: Unsupported, shown: str) -> None:
    """Staff who use other markup are told the line, and residents still read the words."""
    assert (line, what) in unsupported(text)
    assert shown in " ".join(block.text for block in parse(text))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative"])
def test_no_link_leads_anywhere_but_to_a_page_a_mail_or_a_phone(address: str) -> None:
    """A link that a resident cannot safely open is shown, never offered."""
    spans = [span for block in parse(f"[ici]({address})") for span in block.spans]
    assert all(span.url is None for span in spans)
    assert address in "".join(span.text for span in spans)


def test_a_line_that_looks_like_a_definition_is_not_swallowed() -> None:
    """A line such as "[mairie]: adresse" reaches the resident."""
    assert "ville.example" in parse("[mairie]: https://ville.example")[0].text


@given(st.text(alphabet=st.sampled_from("aé1 \n*_[]()<>`#|-+.!&;\\~>:/"), max_size=120))
def test_no_word_is_ever_lost(text: str) -> None:
    """Whatever staff type, every letter and figure of it is shown or is the address of a link."""
    blocks = parse(text)
    shown = "".join(span.text + (span.url or "") for block in blocks for span in block.spans)
    marks_of_numbered_lists = re.sub(r"^[\s>*+-]*(\d+[.)][\s>*+-]*)+", " ", text, flags=re.M)
    for letter in "aé":
        assert shown.count(letter) >= marks_of_numbered_lists.count(letter)
    assert all(block.text.strip() for block in blocks)


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_reported(text: str) -> None:
    """No answer, however odd, makes the reader or the checker fail."""
    assert isinstance(parse(text), tuple)
    assert all(line >= 1 for line, _ in unsupported(text))
