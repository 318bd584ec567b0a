"""Taking out of a text what may say who wrote it, before it is kept to learn from."""

from __future__ import annotations

import re

__all__ = ["redact"]

_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
# In this order: a longer kind of number would otherwise be taken for a shorter one.
_KINDS = (
    ("[compte]", re.compile(r"(?<![\w.+-])@[\w.]+(?:[@:][\w.-]+\w)?")),
    ("[adresse e-mail]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[lien]", re.compile(r"(?:https?://|www\.)\S+", re.I)),
    ("[IBAN]", re.compile(r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{4}){2,7}(?:[ .-]?[A-Z0-9]{1,4})?\b", re.I)),
    ("[plaque]", re.compile(r"\b[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}\b", re.I)),
    ("[date]", re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}\b")),
    # Social security, card, telephone and file numbers: six digits or more, however they are set apart.
    ("[numéro]", re.compile(r"(?:\+|\b)\d(?:[ .\-/()]{0,2}\d){5,}(?:\b|(?=\D))")),
    # Identity papers and files: letters and digits mixed, eight or more.
    ("[référence]", re.compile(r"\b(?=\w*\d\w*\d\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{8,}\b")),
    (
        "[adresse]",
        re.compile(
            r"\b\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?,?\s+(?:rue|r\.|avenue|av\.?|boulevard|bd|bld|place|impasse|allée|"
            r"quai|chemin|villa|cité|square|passage|cours|route|sentier|voie)\b(?:\s+[\w'’-]+){1,5}",
            re.I,
        ),
    ),
    (
        "[nom]",
        re.compile(
            r"(?i:\b(?:je m['’ ]?appell?e|mon nom (?:est|c['’ ]est)|je suis|moi c['’ ]est|my name is|i am|i['’]m|"
            r"m\.|mr\.?|mme\.?|mlle|monsieur|madame|mademoiselle|mrs\.?|ms\.?|signé|cordialement,?))"
            rf"\s+((?:{_NAME})(?:\s+(?:de |d['’]|le |la )?{_NAME}){{0,3}})"
        ),
    ),
    ("[nom]", re.compile(r"(?i:\b(?:je m['’ ]?appell?e|mon nom (?:est|c['’ ]est)|my name is))\s+(\w+(?:\s+\w+)?)")),
)


def redact(text: str) -> str:
    """``text`` with addresses, numbers, accounts and names replaced by what they are.

    Prudent rather than clever: a street is lost with its number, any six digits are. A name with
    nothing before it that announces one is not recognised.
    """
    for label, pattern in _KINDS:
        text = pattern.sub(lambda found, label=label: _without(found, label), text)  # type: ignore[misc]
    return text


def _without(found: re.Match[str], label: str) -> str:
    if not found.groups():
        return label
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    whole = found.group()
    return whole[:start] + label + whole[end:]
