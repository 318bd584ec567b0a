"""The floors of the house: who may import whom, and what the core never loads."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import grimp

import bot

if TYPE_CHECKING:
    from pathlib import Path

_PLATFORMS = {"telegram", "nio", "mastodon", "click", "aiohttp", "httpx"}
_OPERATIONS = {"starlette", "uvicorn", "prometheus_client", "structlog"}
_TRAINERS = {"sklearn", "scipy", "torch"}


def test_imports_run_downward_only(root: Path) -> None:
    """No floor of the house leans on the one above it."""
    # In a process of its own: it switches off the loggers that other tests listen to.
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    checked = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_import_goes_in_circles() -> None:
    """Any module can be read and tested without the ones that use it."""
    graph = grimp.build_graph("bot", "adapters", exclude_type_checking_imports=True, cache_dir=None)
    uses = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    # Raises CycleError, which names the circle.
    assert len(tuple(TopologicalSorter(uses).static_order())) == len(uses)


def test_the_core_loads_no_platform_library(root: Path) -> None:
    """The whole core can answer on a machine that has no network library and no command line."""
    modules = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.")]
    assert "bot.desk" in modules
    # sqlite-utils brings its own command line, and click with it; nothing that answers needs it.
    names = ", ".join(name for name in modules if not name.startswith("bot.storage."))
    code = f"import sys, {names}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    loaded = set(done.stdout.split())
    assert "bot" in loaded
    assert loaded & (_PLATFORMS | _OPERATIONS | _TRAINERS | {"adapters", "sqlite_utils"}) == set()


def test_every_name_a_module_offers_exists() -> None:
    """What a module lists in ``__all__`` can be imported from it."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        loaded = importlib.import_module(module.name)
        missing = [name for name in getattr(loaded, "__all__", ()) if not hasattr(loaded, name)]
        assert missing == [], module.name
