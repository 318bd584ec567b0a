"""Going back to an earlier version of the base, when something is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from staff import BROKEN, Served, Staff
from villedessai import SECOND, TINY

from bot.editions import Editions, read_base
from bot.errors import KnowledgeError
from bot.knowledge.loading import load_base

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def staff(tmp_path: Path) -> Staff:
    """A town that published a second version, and went back to its first."""
    staff = Staff(tmp_path)
    staff.write(TINY + SECOND)
    staff.look()
    return staff


def _restart_without(staff: Staff, refused: str) -> None:
    """A newer Parvis starts, for which the version ``refused`` cannot serve."""

    def load(root: Path) -> Served:
        base = load_base(root)
        if base.version == refused:
            raise KnowledgeError(())
        return Served(base)

    staff._load = load  # type: ignore[method-assign]
    staff.start()


def test_a_start_does_without_a_return_that_can_no_longer_be(staff: Staff) -> None:
    """A version gone back to that cannot serve any more does not keep the bot from starting on the folder's own."""
    second = staff.serves()
    staff.go_back()
    staff.look()
    first = staff.serves()
    _restart_without(staff, first)
    assert (staff.serves(), staff.living.state.rolled_back) == (second, False)
    assert staff.book.order() is None
    assert [(news.key, news.version) for news in staff.told] == [("cli.rollback_failed", first)]
    assert staff.look() == []


def test_a_lost_copy_ends_a_return_too(staff: Staff) -> None:
    """If the copy gone back to was lost while the bot was stopped, the folder's version answers, and it is said."""
    second = staff.serves()
    staff.go_back()
    staff.look()
    root = Editions(staff.folder / "data").find(staff.serves())
    assert root is not None
    (root / "city.yaml").unlink()
    staff.start()
    assert staff.serves() == second
    assert [news.key for news in staff.told] == ["cli.rollback_failed"]


def test_with_the_return_and_the_folder_broken_the_last_that_can_serves(staff: Staff) -> None:
    """With both unfit, what served before them does; if nothing can, the folder's own faults are told."""
    second = staff.serves()
    staff.go_back()
    staff.look()
    first = staff.serves()
    staff.write(BROKEN)
    staff.look()
    order = staff.book.order()
    assert order is not None
    staff.book.give_order(type(order)(order.to, read_base(staff.root).version))
    _restart_without(staff, first)
    assert (staff.serves(), staff.living.state.rolled_back) == (second, False)
    assert staff.living.state.refused is not None

    def nothing(root: Path) -> Served:
        load_base(root)
        raise KnowledgeError(())

    staff._load = nothing  # type: ignore[method-assign]
    with pytest.raises(KnowledgeError) as caught:
        staff.start()
    assert [fault.location.file.name for fault in caught.value.faults][:1] == ["tout.yaml"]


def test_a_return_without_room_waits_for_a_restart(staff: Staff) -> None:
    """Where memory holds one version only, the order is kept, told once, and obeyed by the next start."""
    second = staff.serves()
    staff.short = True
    staff.go_back()
    order = staff.book.order()
    assert order is not None
    assert staff.look() == ["cli.rollback_put_off"]
    assert (staff.look(), staff.serves(), staff.book.order()) == ([], second, order)
    assert staff.look(again=True) == ["cli.rollback_put_off"]
    entry = staff.book.read()
    assert entry is not None
    assert entry.put_off == order.to
    staff.start()
    assert (staff.serves(), staff.living.state.rolled_back) == (order.to, True)
    entry = staff.book.read()
    assert entry is not None
    assert entry.put_off == ""


def test_a_return_that_waits_can_be_taken_back(staff: Staff) -> None:
    """An operator who undoes a return that still waits is no longer told to restart."""
    second = staff.serves()
    staff.short = True
    staff.go_back()
    staff.look()
    staff.book.drop_order()
    assert staff.look() == []
    entry = staff.book.read()
    assert entry is not None
    assert (entry.put_off, entry.state.version) == ("", second)
