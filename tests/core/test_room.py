"""A base is edited where memory is short: the bot looks before it leaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import TINY, resident_of, tiny_town

from bot.assembly import prepare
from bot.errors import KnowledgeError
from bot.reloading import Reloader
from bot.room import room_for_another

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


def machine(root: Path, own: int, limit: str, use: int, cache: int = 0, *, former: bool = False) -> Path:
    """A system's files, as Linux shows them; amounts in MiB."""
    group = root / "sys/fs/cgroup" / ("memory" if former else "")
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if former else ("memory.max", "memory.current")
    group.mkdir(parents=True)
    (group / names[0]).write_text(limit + "\n")
    (group / names[1]).write_text(f"{use * MIB}\n")
    stat = "total_inactive_file" if former else "inactive_file"
    (group / "memory.stat").write_text(f"anon 1\n{stat} {cache * MIB}\n")
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/status").write_text(f"Name:\tparvis\nRssAnon:\t{own * 1024} kB\n")
    (root / "proc/self/cgroup").write_text("4:memory:/\n0::/\n" if former else "0::/\n")
    return root


@pytest.mark.parametrize("former", [False, True], ids=["cgroup2", "cgroup1"])
def test_a_second_version_must_fit_beside_the_first(tmp_path: Path, former: bool) -> None:
    """With 128 MB an edit does not fit beside what answers, with a gigabyte it does; files in memory are room."""
    assert not room_for_another(machine(tmp_path / "a", 108, str(128 * MIB), 120, 5, former=former))
    assert room_for_another(machine(tmp_path / "b", 108, str(1024 * MIB), 120, former=former))
    assert room_for_another(machine(tmp_path / "c", 108, str(256 * MIB), 250, 100, former=former))


def test_without_a_limit_nothing_is_refused(tmp_path: Path) -> None:
    """On a machine that sets no limit, or is no Linux, edits are served."""
    assert room_for_another(machine(tmp_path / "a", 108, "max", 120))
    assert room_for_another(tmp_path / "nothing")


def test_an_edit_that_does_not_fit_is_told_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than die of it, the bot refuses the edit, says what to do, and answers from the last good base."""
    root = tiny_town(tmp_path)
    resident = resident_of(prepare(root, cache=None, target_precision=0.95))
    served = resident.desk.snapshot
    tiny_town(root, TINY.replace("canapé", "sofa"))
    monkeypatch.setattr("bot.reloading.room_for_another", lambda: False)
    with pytest.raises(KnowledgeError) as refused:
        Reloader(resident.desk, root, cache=None, target_precision=0.95).reload()
    assert [fault.code for fault in refused.value.faults] == ["city.not_learned"]
    assert resident.desk.snapshot is served
