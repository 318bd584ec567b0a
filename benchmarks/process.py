"""Measures in a process of their own: one thread, and memory that is nobody else's."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ONE_THREAD", "megabytes", "megabytes_of_children", "run_child"]

_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in _LIBRARIES} | {"VECLIB_MAXIMUM_THREADS": "1"}
_STATUS = Path("/proc/self/status")


def run_child(module: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """Run ``python -m module`` on ``job`` with one thread and return the JSON it prints.

    Raises CalledProcessError if it fails; what it says on stderr is let through.
    """
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", module],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **ONE_THREAD},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def megabytes(*, peak: bool) -> float:
    """Resident memory of this process in MiB: now, or the most it ever took.

    From the kernel's own account where there is one: ``ru_maxrss`` also counts the
    parent's memory at the time of the fork, and stands in only elsewhere.
    """
    if _STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+)" if peak else r"VmRSS:\s+(\d+)", _STATUS.read_text("ascii"))
        if found is not None:
            return int(found[1]) / 1024
    return _most(resource.RUSAGE_SELF)


def megabytes_of_children() -> float:
    """The most resident memory in MiB that any ended child of this process took; 0 if there was none."""
    return _most(resource.RUSAGE_CHILDREN)


def _most(who: int) -> float:
    most = resource.getrusage(who).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024
