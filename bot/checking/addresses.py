"""Web addresses: complete, safe, public, up to date, and named so that they can be told apart."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.answering.normalise import fold
from bot.checking.findings import error, note, passages, warning
from bot.checking.words import wording
from bot.knowledge.faults import shorten
from bot.markup import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault, Location
    from bot.knowledge.model import Entry, Source

__all__ = ["addresses", "link_labels"]

_SCHEMES = ("http://", "https://")


def addresses(case: Case) -> Iterator[Fault]:
    """Every faulty web address of entries, places and calendars."""
    for where, url, read in _all(case):
        yield from _faults(where, url, read=read)


def _all(case: Case) -> Iterator[tuple[Location, str, bool]]:
    """Each address, where it is, and whether it is a source (read, not needed for a step to take)."""
    for entry in case.base.entries.values():
        for number, link in enumerate(entry.links):
            yield case.at("entries", entry.id, "links", number, "url"), link.url, False
        for passage in passages(entry):
            urls = (span.url for block in parse(passage.text) for span in block.spans if span.url is not None)
            for url in urls:
                if url.lower().startswith(_SCHEMES):
                    yield case.at("entries", entry.id, *passage.steps), url, False
        yield from _sources(case, "entries", entry.id, entry.sources)
    for place in case.base.places.values():
        if place.url is not None:
            yield case.at("places", place.id, "url"), place.url, False
        yield from _sources(case, "places", place.id, place.sources)
    for name, book in case.base.calendars.items():
        yield from _sources(case, "calendars", name, book.calendar.sources)


def _sources(case: Case, kind: str, name: str, sources: Iterable[Source]) -> Iterator[tuple[Location, str, bool]]:
    for number, source in enumerate(sources):
        if source.url is not None:
            yield case.at(kind, name, "sources", number, "url"), source.url, True


def _faults(where: Location, url: str, *, read: bool) -> Iterator[Fault]:
    host = _host(url)
    shown = shorten(url)
    if host is None:
        yield error(where, "address.malformed", url=shown)
        return
    if _is_private(host):
        yield error(where, "address.not_public", url=shown)
        return
    if any(_within(host, example) for example in wording().example_hosts):
        yield warning(where, "address.example", url=shown)
        return
    for old, new in wording().moved.items():
        if _within(host, old):
            yield warning(where, "address.moved", url=shown, new=new)
    if url.lower().startswith("http://"):
        yield (note if read else warning)(where, "address.not_safe", url=shown)


def _host(url: str) -> str | None:
    """The host's name, or None if the address cannot be right."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Reading the port is what tells that it is none.
        sound = parts.port is None or parts.port > 0
    except ValueError:
        return None
    # "https://https://…", "https://mairie" and "https://www..fr".
    is_name = all(host.split(".")) and ("." in host or host == "localhost" or ":" in host)
    strays = url.endswith((",", ";", ":")) or url.count("(") != url.count(")") or "//http" in url[8:]
    return host if sound and is_name and not strays else None


def _is_private(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        labels = host.split(".")
    if labels[-1] in wording().private_endings:
        return True
    return any(part in wording().trial_hosts for label in labels[:-2] for part in label.split("-"))


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def link_labels(case: Case) -> Iterator[Fault]:
    """Links of one entry that bear the same words, or lead to the same page."""
    for entry in case.base.entries.values():
        labels = Counter(fold(link.label).strip() for link in entry.links)
        urls = Counter(link.url.rstrip("/") for link in entry.links)
        yield from _twins(case, entry, labels, urls)


def _twins(case: Case, entry: Entry, labels: Counter[str], urls: Counter[str]) -> Iterator[Fault]:
    for number, link in enumerate(entry.links):
        where = case.at("entries", entry.id, "links", number)
        if labels[fold(link.label).strip()] > 1:
            yield warning(where, "address.same_label", label=shorten(link.label))
        elif urls[link.url.rstrip("/")] > 1:
            yield warning(where, "address.same_url", url=shorten(link.url))
