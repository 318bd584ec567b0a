"""Checks the town's changes to what the bot itself says (``voice.yaml``)."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from bot.knowledge.shapes import nearest
from bot.knowledge.yamlreader import BROKEN
from bot.voice import shipped_languages, shipped_texts

if TYPE_CHECKING:
    from bot.knowledge.faults import FaultLog
    from bot.knowledge.yamlreader import Document

__all__ = ["read_overrides"]

# As long as an answer may be (model.Text).
_LONGEST = 4000


def read_overrides(document: Document, log: FaultLog) -> dict[str, dict[str, str]]:
    """Language to key to sentence, as far as sound; each fault goes to ``log``."""
    found: dict[str, dict[str, str]] = {}
    if not isinstance(document.data, dict):
        log.add(document.at(()), "file.not_a_mapping")
        return found
    for language, texts in document.data.items():
        if language not in shipped_languages():
            log.add(document.at([language]), "voice.language", value=language, known=", ".join(shipped_languages()))
        elif isinstance(texts, dict):
            found[language] = {
                key: text.strip() for key, text in texts.items() if _is_sound(language, key, text, document, log)
            }
        elif texts is not BROKEN:
            log.add(document.at([language]), "field.mapping", field=language)
    return found


def _is_sound(language: str, key: str, text: object, document: Document, log: FaultLog) -> bool:
    place = document.at([language, key])
    shipped = shipped_texts(language)
    if log.is_full(document.file):
        log.count_more(document.file, 1)
    elif key not in shipped:
        log.add(place, "voice.key", value=key, near=nearest(key, shipped))
    elif not isinstance(text, str):
        if text is not BROKEN:
            log.add(place, "field.empty" if text is None else "field.quotes", field=key, value=str(text))
    elif not text.strip():
        log.add(place, "field.blank", field=key)
    elif len(text) > _LONGEST:
        log.add(place, "field.too_long", field=key, limit=_LONGEST)
    else:
        return _blanks_exist(text, shipped[key], document, (language, key), log)
    return False


def _blanks_exist(text: str, shipped: str, document: Document, path: tuple[str, str], log: FaultLog) -> bool:
    known = _blanks(shipped)
    try:
        # The whole blank counts, so that "{phone!r:>9999999}" is as unknown as "{fone}".
        unknown = sorted(_blanks(text) - known)
    except ValueError:
        log.add(document.at(path), "voice.braces", field=path[1])
        return False
    for blank in unknown:
        names = ", ".join(sorted(known))
        log.add(document.at(path), "voice.blank", value=blank, known=names or "—", near=nearest(blank, known))
    return not unknown


def _blanks(text: str) -> set[str]:
    """The blanks of a sentence as written, braces included. Raises ValueError if a brace stands alone."""
    return {
        "{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    }
