"""The same forty questions for every way in, the town that answers them, and what a resident reads of each answer.

The town is Ville-d'Essai with one answer more, which fits into one message of no network.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from bot.messages import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DIALOGUES", "NOON", "Read", "Turn", "read_html", "read_text", "write_base"]

# A Thursday, at one in the afternoon in Ville-d'Essai.
NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
_DATA = Path(__file__).resolve().parents[1] / "data"
_ARTICLES, _PAPERS = 38, 24


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a resident's: words, or a point on the map."""

    text: str = ""
    point: Location | None = None


def _said(*texts: str) -> tuple[Turn, ...]:
    return tuple(Turn(text) for text in texts)


# Each line is one conversation.
DIALOGUES: tuple[tuple[Turn, ...], ...] = (
    _said("La mairie du quartier Nord est ouverte demain ?", "et le samedi ?"),  # hours, computed; a follow-up
    _said("mairie nord ouverte le 25 décembre ?"),  # a closure with its reason
    _said("Quels sont les horaires de la mairie ?", "2"),
    _said("Horaires de la piscine", "1"),
    _said("Quand passe le bac jaune ?", "rue Jean Jaurès"),  # a calendar, the street asked for
    _said("quand passe le bac jaune avenue de la gare"),
    _said("quand passe le bac jaune rue <b>Inconnue</b> @tous *gras* [x](https://faux.example)"),
    _said("Quand passe la collecte du verre ?", "2"),
    _said("Comment faire un passeport ?", "et pour un mineur ?", "combien ça coûte ?"),
    _said("où acheter le timbre fiscal pour le passeport"),
    (*_said("la piscine la plus proche"), Turn(point=Location(48.83, 2.36))),
    _said("Je veux refaire mon passeport et me marier"),  # two subjects
    _said("au secours il y a le feu chez moi"),
    _said("mon père ne respire plus"),
    _said("bonjour", "merci"),
    _said("espèce de connard"),
    _said("je veux parler à un humain"),
    _said("Quel est l'âge du capitaine ?"),
    _said("Comment cultiver des fraises sur Mars ?"),
    _said("How do I renew my passport, please?", "how much does it cost?"),
    _said("where is the swimming pool please?"),
    _said("c koi les horr de la piscine svp"),
    _said("jé perdu ma carte didentité"),
    _said("Combien coûte la cantine ?"),  # stale
    _said("Comment avoir une carte de stationnement ?"),  # never verified
    _said("Prime vélo"),  # expired
    _said("Où est la patinoire ?"),  # out of season
    _said("Quel est le règlement du marché couvert ?"),  # very long, lists, links
    _said("Que peut-on apporter à la déchèterie ?"),
    _said("<script>alert(1)</script> **acte** de [naissance](javascript:alert(1)) &amp; _copie_"),
)


def write_base(folder: Path) -> Path:
    """The town's base, written into ``folder``."""
    base = folder / "ville"
    shutil.copytree(_DATA / "ville-dessai", base)
    articles = [
        f"Article {number} : l'emplacement {number * 3} mesure {number} m², et se paie {number * 7},50 € par an."
        for number in range(1, _ARTICLES + 1)
    ]
    papers = [f"- la pièce numéro {number}, en {number + 1} exemplaires signés" for number in range(1, _PAPERS + 1)]
    entry = (_DATA / "parite.yaml").read_text("utf-8")
    entry = entry.replace("{paragraphs}", "\n\n      ".join(articles)).replace("{documents}", "\n      ".join(papers))
    (base / "entries" / "parite.yaml").write_text(entry.replace("../../knowledge", "../../../knowledge"), "utf-8")
    return base


# Addresses as residents read them: without the sign that ends the sentence around them.
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?]|[\w.+-]+@[\w-]+\.[\w.-]*\w")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer tells, whatever it looks like: each word and number as often as it stands, each address."""

    words: Counter[str]
    addresses: frozenset[str]

    def __add__(self, other: Read) -> Read:
        return Read(self.words + other.words, self.addresses | other.addresses)

    def lacks(self, other: Read) -> list[str]:
        """What ``other`` tells that is not told here."""
        return [*(other.words - self.words).elements(), *(other.addresses - self.addresses)]


def read_text(text: str, addresses: Iterable[str] = ()) -> Read:
    """What plain words tell, with ``addresses`` that stand behind some of them."""
    found = {_whole(one) for one in _ADDRESS.findall(text)}
    bare = _ADDRESS.sub(" ", text)
    return Read(Counter(_WORD.findall(bare)), frozenset(found | {one.removeprefix("mailto:") for one in addresses}))


def _whole(address: str) -> str:
    """``address`` without the bracket that closes around it, if it opened none."""
    return address.removesuffix(")") if address.count(")") > address.count("(") else address


def read_html(html: str) -> Read:
    """What a page tells."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return read_text("".join(reader.text), reader.addresses)


class _Reader(HTMLParser):
    """The words of a page, the numbers of its lists and the addresses behind its links."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.addresses: list[str] = []
        self._numbers: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A list counts, a link leads somewhere, most of the others begin a line."""
        given = dict(attrs)
        if tag in ("ol", "ul"):
            self._numbers.append(int(given.get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            number = self._numbers[-1]
            self.text.append("\n- " if number is None else f"\n{number}. ")
            self._numbers[-1] = None if number is None else number + 1
        elif tag == "a":
            self.addresses.append(given.get("href") or "")
        elif tag not in ("strong", "em"):
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A list is over."""
        if tag in ("ol", "ul"):
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        """Words."""
        self.text.append(data)
