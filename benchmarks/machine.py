"""The machine in general words: enough to compare figures, nothing that names it."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["describe"]

_LIBRARIES = ("numpy", "rapidfuzz", "scikit-learn")


def describe() -> dict[str, Any]:
    """Cores, architecture, system, Python, libraries, and how busy the machine was in the last minute."""
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": {**{name: _version(name) for name in _LIBRARIES}, "sqlite": sqlite3.sqlite_version},
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
