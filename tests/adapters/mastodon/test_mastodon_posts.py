"""What goes out to Mastodon: whom it mentions, how long it is, how it is cut."""

from __future__ import annotations

import pytest
from fakemastodon import counted
from hypothesis import given
from hypothesis import strategies as st

from adapters.mastodon.client import length
from adapters.mastodon.outbound import compose, limits_of, shown_length
from bot.mail import Part
from bot.messages import Answer, Block, BlockKind, Outcome, Span
from bot.rendering import pages

ADDRESS = {"to": "resident@ailleurs.example", "account": "1", "reply": "2", "visibility": "unlisted"}
_WORDS = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("@:/. é👪\u0301"), min_size=1, max_size=60
)


def part(*texts: str, number: int = 0, count: int = 1, **address: str) -> Part:
    """A page of paragraphs for a resident."""
    blocks = tuple(Block(BlockKind.PARAGRAPH, (Span(text),)) for text in texts)
    return Part("0" * 32, "1" * 32, ADDRESS | address, Answer(Outcome.ANSWERED, "fr", blocks), number, count)


def test_only_the_asker_is_mentioned() -> None:
    """A town that names its account elsewhere, or an e-mail address, calls nobody into the conversation."""
    (text,) = compose(part("Suivez @villedessai ou écrivez à accueil@exemple.fr (@maire)."), 500).texts
    assert text.startswith("@resident@ailleurs.example ")
    assert "@\u2060villedessai" in text
    assert "@\u2060maire" in text
    assert "accueil@exemple.fr" in text


@pytest.mark.parametrize(
    ("text", "long"),
    [("https://exemple.fr/" + "a" * 200, 23), ("@resident@ailleurs.example", 9), ("é👨‍👩‍👧e\u0301", 3)],
)
def test_length_is_mastodons_own(text: str, long: int) -> None:
    """Addresses count 23, mentions their local part, and what a reader sees as one letter, one."""
    assert length(text) == long


@given(st.lists(_WORDS, min_size=1, max_size=30), st.sampled_from([120, 500, 5000]), st.text(max_size=150))
def test_every_post_fits_its_instance(texts: list[str], most: int, warning: str) -> None:
    """Whatever an answer says, no post of it is refused for its length, mention and warning included."""
    answer = Answer(Outcome.ANSWERED, "fr", tuple(Block(BlockKind.PARAGRAPH, (Span(text),)) for text in texts))
    cut = pages(answer, limits_of(most))
    address = ADDRESS | ({"warning": warning.strip()} if warning.strip() else {})
    for number, page in enumerate(cut):
        made = compose(Part("0" * 32, "1" * 32, address, page, number, len(cut)), most)
        assert all(length(text) + length(made.warning or "") <= most for text in made.texts)


def test_a_page_goes_out_as_one_post() -> None:
    """A page that fits is one post, the asker's name and the page's number included."""
    text = "mot " * 112
    assert shown_length(text.strip()) <= limits_of(500).length
    made = compose(part(text, number=1, count=3), 500)
    assert len(made.texts) == 1
    assert made.texts[0].endswith(" (2/3)")
    assert counted(made.texts[0]) <= 500


def test_what_a_warning_crowds_out_follows() -> None:
    """Where a long warning leaves too little room, the rest follows in a second post: nothing is lost."""
    made = compose(part("mot " * 112, warning="Attention " * 30), 500)
    assert len(made.texts) == 2
    assert made.warning is not None
    assert length(made.warning) <= 100
    assert sum(text.count("mot") for text in made.texts) == 112


def test_the_language_is_told() -> None:
    """A screen reader knows in which language to read the answer."""
    assert compose(part("Bonjour"), 500).language == "fr"
