"""Habits that no linter knows: time is passed in, nothing is global, nothing is swallowed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Source

_PRESENT = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
_LITERALS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_CHANGERS = {
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "remove",
    "discard",
    "clear",
}
_MAKERS = {"list", "dict", "set", "defaultdict", "Counter", "deque", "OrderedDict", "bytearray"}
# A resident always gets an answer; a channel always comes back.
_MAY_CATCH_ALL = {"bot/desk.py", "bot/delivery/supervision.py"}


def test_the_present_is_read_in_one_place(sources: tuple[Source, ...]) -> None:
    """Whether a desk is open is decided at a time that is passed in, so that any day can be tested."""
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources
        if source.path != "bot/clock.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _dotted(node.func) in _PRESENT
    ]
    assert found == []


def test_nothing_prints(sources: tuple[Source, ...]) -> None:
    """The bot speaks through answers, never past them."""
    assert [place for source in sources for place in _calls(source, "print")] == []


def test_no_module_keeps_state(sources: tuple[Source, ...]) -> None:
    """Two bots in one process share nothing that can change."""
    changed = {name for source in sources for name in _changed_names(source.tree)}
    found = [f"{source.path}:{line}" for source in sources for line in _global_state(source.tree, changed)]
    assert found == []


def test_errors_are_never_swallowed_whole(sources: tuple[Source, ...]) -> None:
    """Only the desk and the supervisor catch everything; everyone else names what they expect."""
    found = [
        f"{source.path}:{handler.lineno}"
        for source in sources
        if source.path not in _MAY_CATCH_ALL
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler) and (_catches_all(handler) or _does_nothing(handler))
    ]
    assert found == []


def test_what_is_public_is_explained(sources: tuple[Source, ...]) -> None:
    """Every module, public class and public function says in its docstring what it is for."""
    found = [f"{source.path}:{name}" for source in sources for name in _unexplained(source)]
    assert found == []


def _dotted(function: ast.expr) -> tuple[str, str] | None:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name | ast.Attribute):
        owner = function.value.id if isinstance(function.value, ast.Name) else function.value.attr
        return owner, function.attr
    return None


def _calls(source: Source, name: str) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield f"{source.path}:{node.lineno}"


def _changed_names(tree: ast.Module) -> Iterator[str]:
    """Names of which something is put in or taken out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            yield from _names(node.func.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield from _names(node.value)
        elif isinstance(node, ast.AugAssign):
            yield from _names(node.target)


def _global_state(tree: ast.Module, changed: set[str]) -> Iterator[int]:
    """Lines of what a module keeps and may change: ``global``, empty containers, tables that are written to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_container(statement.value):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = {name for target in targets for name in _names(target)}
            if names & changed or (_is_empty(statement.value) and names != {"__all__"}):
                yield statement.lineno


def _names(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr


def _is_container(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return any(name in _MAKERS for name in _names(value.func))
    return isinstance(value, _LITERALS)


def _is_empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return not value.args and not value.keywords
    return (isinstance(value, ast.Dict) and not value.keys) or (isinstance(value, ast.List) and not value.elts)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    reraises = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return not reraises and (handler.type is None or bool(names & {"Exception", "BaseException"}))


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Pass) for statement in handler.body)


def _unexplained(source: Source) -> Iterator[str]:
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield "module"
    for node in source.tree.body:
        yield from _unexplained_in(node)


def _unexplained_in(node: ast.stmt) -> Iterator[str]:
    if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
        return
    if ast.get_docstring(node) is None:
        yield node.name
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from (f"{node.name}.{name}" for name in _unexplained_in(member))
