"""Compile the image's Python without its documentation: `python compile.py FOLDER…`.

Docstrings are a twentieth of the memory of a Parvis that answers, and nobody reads them there. What runs is
otherwise the same, assertions and line numbers included, which `python -OO` would not leave. The compiled files
are not compared with their sources at each start, since nobody can change either.
"""

import ast
import importlib.util
import marshal
import sys
from pathlib import Path

# Mastodon.py adds to its own docstrings as it is imported.
_READS_ITS_OWN = {"mastodon"}
# PEP 552: the compiled file is named by its source's hash (1), which is not looked at (2 would be).
_UNCHECKED = (1).to_bytes(4, "little")


def without_docstrings(tree: ast.AST) -> None:
    """Take docstrings out of ``tree``; a body that was nothing else keeps an empty one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                value.value = "" if isinstance(node, ast.Module) else ...


def compile_file(source: Path) -> None:
    """Write the compiled file of ``source`` where Python looks for it."""
    content = source.read_bytes()
    try:
        tree = ast.parse(content, str(source))
    except (SyntaxError, ValueError):  # a template, or for another version of Python
        return
    if not _READS_ITS_OWN & set(source.parts):
        without_docstrings(tree)
    # As it will be called in the image, whose root is being made under /image.
    code = compile(tree, str(source).removeprefix("/image"), "exec", dont_inherit=True)
    target = Path(importlib.util.cache_from_source(str(source)))
    target.parent.mkdir(exist_ok=True)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(content)
    target.write_bytes(head + marshal.dumps(code))


for folder in sys.argv[1:]:
    for file in sorted(Path(folder).rglob("*.py")):
        compile_file(file)
