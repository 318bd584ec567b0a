"""An answer cut in pages for a channel: nothing lost, nothing too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Answer, Block, BlockKind, Choice, Outcome, Span
from bot.rendering import Limits, pages, plain_text, utf16_length

_BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from([BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.FACT, BlockKind.CONTACT]),
        st.lists(st.builds(Span, st.text("aé 👪.\n", min_size=1, max_size=60)), min_size=1, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=12,
).map(tuple)
_OFFER = Block(BlockKind.CHOICES, (Span("Laquelle ?"),))
_CHOICES = (Choice(1, "La carte d'identité", "carte"), Choice(2, "Le passeport, en urgence ou non", "passeport"))


def _letters(text: str) -> str:
    return "".join(text.split())


@given(_BLOCKS, st.integers(40, 400), st.sampled_from([len, utf16_length]))
def test_every_page_fits_and_nothing_is_lost(blocks: tuple[Block, ...], length: int, count: object) -> None:
    """Whatever the answer and the network, each page fits and together they say all of it."""
    limits = Limits(length, count)  # type: ignore[arg-type]
    answer = Answer(Outcome.CLARIFY, "fr", (*blocks, _OFFER), choices=_CHOICES)
    cut = pages(answer, limits)
    assert all(limits.fits(plain_text(page)) for page in cut)
    assert "".join(_letters(plain_text(page)) for page in cut) == _letters(plain_text(answer))
    assert [choice for page in cut for choice in page.choices] == [*_CHOICES]


def test_a_short_answer_is_one_page_as_it_was() -> None:
    """What fits keeps its bold words, its links and its choices."""
    blocks = (
        Block(BlockKind.TITLE, (Span("Titre", bold=True),)),
        Block(BlockKind.LINK, (Span("Page", url="https://e.fr"),)),
    )
    answer = Answer(Outcome.ANSWERED, "fr", (*blocks, _OFFER), entry_id="carte", choices=_CHOICES)
    assert pages(answer, Limits(500)) == (answer,)


def test_choices_are_offered_even_where_hardly_anything_fits() -> None:
    """Where a choice's words do not fit they are cut, and its number still stands."""
    answer = Answer(Outcome.CLARIFY, "fr", (_OFFER,), choices=_CHOICES)
    cut = pages(answer, Limits(15))
    assert all(len(plain_text(page)) <= 15 for page in cut)
    assert [choice.number for page in cut for choice in page.choices] == [1, 2]


def test_choices_without_a_sentence_are_shown_all_the_same() -> None:
    """Choices that no block introduces come last."""
    answer = Answer(Outcome.ANSWERED, "fr", (Block(BlockKind.PARAGRAPH, (Span("Voilà."),)),), choices=_CHOICES)
    (page,) = pages(answer, Limits(500))
    assert page == answer


def test_the_first_of_several_messages_does_without_the_others() -> None:
    """Where few open the rest of a thread, its first post has the essential, a link, the source and its date."""
    long = tuple(Block(BlockKind.PARAGRAPH, (Span(f"Détail {number}. " + "mot " * 20),)) for number in range(5))
    link = Block(BlockKind.LINK, (Span("Rendez-vous", url="https://e.fr"),))
    source = Block(BlockKind.SOURCE, (Span("Source : la mairie, vérifié le 24 octobre 2025."),))
    head = (
        Block(BlockKind.TITLE, (Span("Le marché"),)),
        Block(BlockKind.PARAGRAPH, (Span("Il faut :"),)),
        Block(BlockKind.ITEM, (Span("une photo"),)),
    )
    answer = Answer(Outcome.ANSWERED, "fr", (*head, *long, link, source))
    first, *others = pages(answer, Limits(200, gist_first=True))
    assert first.blocks[:5] == (*head, link, source)
    assert tuple(block for page in (first, *others) for block in page.blocks) == (*head, link, source, *long)
    # Where all is read, or all fits, or it would not fit, the order stays the town's.
    assert [block for page in pages(answer, Limits(200)) for block in page.blocks] == [*answer.blocks]
    assert pages(answer, Limits(2000, gist_first=True)) == (answer,)
    assert pages(answer, Limits(30, gist_first=True)) == pages(answer, Limits(30))


@given(_BLOCKS, st.integers(40, 400))
def test_the_gist_first_loses_nothing(blocks: tuple[Block, ...], length: int) -> None:
    """Put first or last, every word of an answer is in its pages, and each page fits."""
    limits = Limits(length, gist_first=True)
    answer = Answer(Outcome.CLARIFY, "fr", (*blocks, _OFFER), choices=_CHOICES)
    cut = pages(answer, limits)
    assert all(limits.fits(plain_text(page)) for page in cut)
    said = "".join(_letters(plain_text(page)) for page in cut)
    assert sorted(said) == sorted(_letters(plain_text(answer)))
