"""What the Bot API's server checks of a call, beyond what its models say: sizes, places of entities, unknown names."""

from __future__ import annotations

import json
import types
import typing
from typing import TYPE_CHECKING, Any

import aiogram.methods
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - as the server says it
    """An answer that is not "ok"."""

    def __init__(self, code: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def read_params(name: str, form: Mapping[str, Any]) -> tuple[dict[str, Any], BaseModel, list[str]]:
    """The parameters of a call, its model, and the names that the Bot API does not know."""
    model = getattr(aiogram.methods, name[0].upper() + name[1:])
    unknown = [f"{name}: no parameter {key}" for key in form if key not in model.model_fields]
    params = {
        key: value if _is_text(model.model_fields[key].annotation) else _plain(value)
        for key, value in form.items()
        if key in model.model_fields
    }
    try:
        return params, model.model_validate(params), unknown
    except ValidationError as error:
        raise Refused(400, f"Bad Request: {error.error_count()} faults in {name}") from error


def extras(value: object) -> list[str]:
    """Every name in ``value`` and inside it that its model does not have."""
    if isinstance(value, BaseModel):
        inside = [name for field in type(value).model_fields for name in extras(getattr(value, field))]
        return [*(value.model_extra or {}), *inside]
    if isinstance(value, list | tuple):
        return [name for one in value for name in extras(one)]
    return []


def checked_text(params: dict[str, Any]) -> dict[str, Any]:
    """The text and entities of a message, as the server takes them; raises Refused."""
    text = params["text"]
    length = len(text.encode("utf-16-le")) // 2
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if length > 4096:
        raise Refused(400, "Bad Request: message is too long")
    entities = params.get("entities") or []
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > length:
            raise Refused(400, "Bad Request: ENTITY_BOUNDS_INVALID")
    # What comes after the hundredth is ignored.
    return {"text": text, "entities": entities[:100]}


def check_markup(params: dict[str, Any]) -> dict[str, Any]:
    """The inline keyboard of a message; raises Refused."""
    markup = params.get("reply_markup") or {}
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": markup} if "inline_keyboard" in markup else {}


def _is_text(annotation: object) -> bool:
    kinds = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return str in kinds and int not in kinds


def _plain(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
