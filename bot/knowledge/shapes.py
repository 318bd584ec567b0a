"""Checks what was read against the model, and says in plain words what does not fit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from bot.knowledge import model
from bot.knowledge.yamlreader import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from bot.knowledge.faults import FaultLog
    from bot.knowledge.yamlreader import Document

__all__ = ["DIRECT", "PATTERNS", "RULES", "nearest", "report_error", "validated"]

_Model = TypeVar("_Model", bound=BaseModel)

# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) that
# strict models can raise on lists, mappings, text and numbers -> our faults.
DIRECT = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "string_too_short": "field.blank",
    "string_too_long": "field.too_long",
    "too_short": "field.no_items",
    "too_long": "field.too_many_items",
    "literal_error": "field.choice",
    "date_type": "field.date_form",
    "list_type": "field.list",
    "dict_type": "field.mapping",
    "model_type": "field.mapping",
    "float_type": "field.number",
    "greater_than_equal": "field.at_least",
    "less_than_equal": "field.at_most",
    "string_type": "field.text",
}
PATTERNS = {
    model.SLUG: "field.slug",
    model.URL: "field.url",
    model.LANGUAGE: "field.language",
    model.MONTH_DAY: "field.month_day",
    model.PERIOD: "field.period",
    model.CONCEPT: "field.concept",
    model.INSEE: "field.insee",
}
# The ValueErrors that the models' own validators raise.
RULES = {
    "date_form": "field.date_form",
    "date_impossible": "field.date_impossible",
    "follow_up_target": "entry.follow_up_target",
    "review_or_expiry": "entry.review_or_expiry",
    "place_or_type": "entry.place_or_type",
    "desk_unreachable": "city.desk_unreachable",
    "golden_expectation": "golden.expectation",
}
# The field to look at where a rule speaks of two.
_RULE_FIELDS = {"entry.review_or_expiry": ("expires_on",), "entry.place_or_type": ("place_type",)}
# Below this a suggestion surprises more than it helps (rapidfuzz's WRatio, 0 to 100).
_NEAR_ENOUGH = 72
# No id or field name is longer (Slug, Concept.id); comparing more would only take time.
_COMPARED_CHARACTERS = 80


def validated(
    kind: type[_Model], raw: object, document: Document, path: Sequence[str | int], log: FaultLog
) -> _Model | None:
    """``raw``, found at ``path``, as a ``kind``; None if anything is wrong with it, and each fault noted."""
    if raw is BROKEN:
        return None
    if log.is_full(document.file) and not isinstance(raw, dict):
        log.count_more(document.file, 1)
        return None
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        _report(error, kind, document, path, log)
        return None


def _report(
    error: ValidationError, kind: type[BaseModel], document: Document, path: Sequence[str | int], log: FaultLog
) -> None:
    if log.is_full(document.file):
        log.count_more(document.file, error.error_count())
        return
    for details in error.errors(include_url=False):
        if log.is_full(document.file):
            log.count_more(document.file, 1)
        elif details["input"] is not BROKEN:
            report_error(details, kind, document, path, log)


def report_error(
    details: ErrorDetails, kind: type[BaseModel], document: Document, path: Sequence[str | int], log: FaultLog
) -> None:
    """Note one of pydantic's errors in plain words, at its line."""
    code = _code(details)
    where = tuple(details["loc"])
    names = [step for step in (*path, *where) if isinstance(step, str) and step != "[key]"]
    field = names[-1] if names else document.file.stem
    value = details["input"]
    context = details.get("ctx", {})
    near = None
    if code == "field.unknown":
        near = nearest(field, _field_names(_model_at(kind, where[:-1])))
    elif code == "field.choice":
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        context = {"choices": choices}
        near = nearest(str(value), choices.split(", "))
    log.add(
        document.at([*path, *where, *_RULE_FIELDS.get(code, ())]),
        code,
        field=field,
        value=str(value) if isinstance(value, (str, int, float)) else "",
        limit=_limit(context),
        choices=context.get("choices"),
        expected=details["msg"],
        near=near,
    )


def _code(details: ErrorDetails) -> str:
    kind, value = details["type"], details["input"]
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(str(details["ctx"]["pattern"]), "field.other")
    if kind == "value_error":
        return RULES.get(str(details["ctx"]["error"]), "field.other")
    if value is None and kind.endswith("_type"):
        return "field.empty"
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return "field.quotes"
    return DIRECT.get(kind, "field.other")


def _limit(context: Mapping[str, Any]) -> int | None:
    for name in ("max_length", "min_length", "ge", "le"):
        if name in context:
            return int(context[name])
    return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``, if one is like enough to be what was meant."""
    best = process.extractOne(word[:_COMPARED_CHARACTERS], sorted(known), score_cutoff=_NEAR_ENOUGH)
    return None if best is None else str(best[0])


@cache
def _field_names(kind: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in kind.model_fields.items())


def _model_at(kind: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    for step in path:
        for name, field in kind.model_fields.items():
            if step in (name, field.alias):
                kind = _nested_model(field.annotation) or kind
                break
    return kind


def _nested_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _nested_model(part))), None)
