"""A base lives: staff edit it while it answers, break it, mend it, and go back to an earlier version."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from staff import BROKEN, Served, Staff
from villedessai import CITY, NOW, SECOND, TINY, tiny_town

from bot.editions import Editions, read_base
from bot.errors import KnowledgeError
from bot.knowledge.loading import load_base
from bot.living import LivingBase
from bot.servicebook import KEPT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def staff(tmp_path: Path) -> Staff:
    """A town of one entry, served since nine."""
    return Staff(tmp_path)


def version_of(entries: str, folder: Path) -> str:
    """The version that a base of ``entries`` would have."""
    return load_base(tiny_town(folder, entries)).version


def test_an_edit_is_served_from_a_copy_of_its_own(staff: Staff) -> None:
    """What staff save is answered from a copy: what they do next to the folder changes nothing to it."""
    first = staff.serves()
    assert staff.look() == []
    staff.write(TINY + SECOND)
    assert staff.look() == ["terminal.base_changed", "terminal.base_reloaded"]
    assert staff.serves() != first
    assert staff.living.state.since == NOW + timedelta(minutes=2)
    assert staff.folder / "data" in staff.loaded[-1].parents
    assert staff.look() == []
    assert len(staff.loaded) == 2


def test_a_folder_being_copied_is_left_alone_until_it_is_done(staff: Staff) -> None:
    """A folder half copied is never served, however sound that half is: the bot waits until nobody writes to it."""
    whole = TINY + SECOND
    staff.write(TINY.replace("canapé", "sofa"))
    staff.meanwhile = [whole.replace("Passeport perdu", "Mon passeport"), whole]
    assert staff.look() == ["terminal.base_changed", "terminal.base_reloaded"]
    assert staff.serves() == load_base(staff.root).version == version_of(whole, staff.folder / "other")
    assert len(staff.loaded) == 2
    assert staff.pauses == 3


def test_a_folder_written_to_without_end_is_left_for_later(staff: Staff) -> None:
    """A program that writes to the folder all the time costs a look now and then, and the last version serves."""
    staff.write(TINY + SECOND)
    staff.meanwhile = [TINY.replace("canapé", f"canapé n° {number}") for number in range(60)]
    assert staff.look() == []
    assert len(staff.loaded) == 1
    assert staff.look() == []
    assert staff.look() == ["terminal.base_changed", "terminal.base_reloaded"]


def test_editors_that_write_by_renaming_are_followed(staff: Staff) -> None:
    """A file, or the whole folder, that takes the place of another by its name is an edit like any other."""
    new = staff.root / "entries" / ".tout.yaml.new"
    new.write_text(TINY + SECOND, "utf-8")
    assert staff.look() == []
    new.rename(staff.root / "entries" / "tout.yaml")
    assert staff.look()[-1] == "terminal.base_reloaded"
    other = tiny_town(staff.folder / "other", TINY.replace("canapé", "sofa"))
    staff.root.rename(staff.folder / "former")
    other.rename(staff.root)
    assert staff.look()[-1] == "terminal.base_reloaded"
    assert staff.serves() == load_base(staff.root).version


def test_a_bad_edit_is_told_with_file_and_line(staff: Staff) -> None:
    """A bad edit is refused once, told with its file and line here and in other processes, and the last good serves."""
    first = staff.serves()
    staff.write(BROKEN)
    assert staff.look() == ["terminal.base_changed", "terminal.base_refused"]
    assert staff.look() == []
    assert staff.look(again=True) == ["terminal.base_changed", "terminal.base_refused"]
    assert staff.serves() == first
    entry = staff.book.read()
    assert entry is not None
    assert entry.state == staff.living.state
    assert entry.state.refused is not None
    # The word that is not known, and the one that is missing for it.
    assert [str(fault.location) for fault in entry.state.refused.faults] == [
        "entries/tout.yaml:2",
        "entries/tout.yaml:6",
    ]
    staff.write(TINY)
    assert staff.look() == ["cli.base_mended"]
    assert staff.living.state.refused is None
    assert staff.living.state.since == NOW


def test_a_file_that_cannot_be_read_is_an_edit_that_cannot_serve(staff: Staff) -> None:
    """A link that leads nowhere is told, although all that can be read is what already serves."""
    link = staff.root / "entries" / "neuf.yaml"
    link.symlink_to("nulle-part.yaml")
    assert staff.look() == ["terminal.base_changed", "terminal.base_refused"]
    assert staff.look() == []
    refused = staff.living.state.refused
    assert refused is not None
    assert str(refused.faults[0].location) == "entries/neuf.yaml"
    link.unlink()
    assert staff.look() == ["cli.base_mended"]


def test_what_breaks_the_bot_itself_is_told_and_tried_once(staff: Staff) -> None:
    """An edit that meets a defect of Parvis's leaves the last version in service, and is not tried for ever."""

    def break_down(_: Path) -> Served:
        raise RecursionError

    staff.write(TINY + SECOND)
    with pytest.raises(RecursionError):
        list(staff.living.look(break_down))
    assert staff.living.state.refused is not None
    assert staff.living.state.refused.faults == ()
    assert list(staff.living.look(break_down)) == []


def test_a_restart_during_a_bad_edit_serves_the_last_good_version(staff: Staff) -> None:
    """A machine that restarts while the folder is broken answers as it did before, and says what is wrong."""
    first = staff.serves()
    staff.write(BROKEN)
    staff.clock.move(hours=1)
    staff.start()
    assert staff.serves() == first
    assert staff.living.state.since == NOW
    assert staff.living.state.refused is not None
    assert staff.look() == []


def test_a_broken_base_that_never_served_is_refused(tmp_path: Path) -> None:
    """At the very first start there is nothing to fall back on: the faults are told; so they are for another folder."""
    broken = tiny_town(tmp_path / "other", BROKEN)
    staff = Staff(tmp_path)
    living = LivingBase(broken, tmp_path / "data", staff.clock, lambda _: None)
    with pytest.raises(KnowledgeError) as caught:
        living.open(lambda root: Served(load_base(root)), lambda _: None)
    assert caught.value.faults


def test_the_previous_version_is_one_command_away(staff: Staff) -> None:
    """Staff who published a mistake go back at once; a restart changes nothing to it, the next good edit ends it."""
    first = staff.serves()
    staff.write(TINY + SECOND)
    staff.look()
    staff.go_back()
    assert staff.look() == ["cli.base_rolled_back"]
    assert (staff.serves(), staff.living.state.rolled_back) == (first, True)
    assert staff.look() == []
    staff.start()
    assert (staff.serves(), staff.living.state.rolled_back) == (first, True)

    staff.write(BROKEN)
    assert staff.look()[-1] == "terminal.base_refused"
    assert (staff.serves(), staff.living.state.rolled_back) == (first, True)
    staff.write(TINY + SECOND)
    assert staff.look() == []
    assert (staff.living.state.refused, staff.living.state.rolled_back) == (None, True)

    staff.write(TINY + SECOND.replace("mairie", "mairie de quartier"))
    assert staff.look()[-1] == "terminal.base_reloaded"
    assert not staff.living.state.rolled_back
    assert staff.book.order() is None
    # What was gone back on is not what one would go back to.
    entry = staff.book.read()
    assert entry is not None
    assert entry.before(staff.serves()) == first


def test_an_edit_made_while_the_bot_was_stopped_ends_a_return(staff: Staff) -> None:
    """A mistake mended while the bot was down is served at the start, whatever was gone back to before."""
    staff.write(TINY + SECOND)
    staff.look()
    staff.go_back()
    staff.look()
    staff.write(TINY + SECOND.replace("mairie", "mairie de quartier"))
    staff.start()
    assert staff.serves() == load_base(staff.root).version
    assert not staff.living.state.rolled_back
    assert staff.book.order() is None


def test_a_return_can_be_taken_back(staff: Staff) -> None:
    """The command that undoes the return serves the folder again, or, if it is broken now, what served before."""
    staff.write(TINY + SECOND)
    staff.look()
    second = staff.serves()
    staff.go_back()
    staff.look()
    staff.book.drop_order()
    assert staff.look() == ["terminal.base_changed", "terminal.base_reloaded"]
    assert (staff.serves(), staff.living.state.rolled_back) == (second, False)

    staff.go_back()
    staff.look()
    staff.write(BROKEN)
    staff.look()
    staff.book.drop_order()
    assert staff.look() == ["terminal.base_changed", "terminal.base_refused", "terminal.base_reloaded"]
    assert (staff.serves(), staff.living.state.rolled_back) == (second, False)
    assert staff.living.state.refused is not None
    assert staff.look() == []


def test_a_return_while_the_folder_is_broken_still_tells_what_is_broken(staff: Staff) -> None:
    """Going back does not hide the faults of the folder, before or after a restart."""
    staff.write(TINY + SECOND)
    staff.look()
    staff.write(BROKEN)
    staff.look()
    staff.go_back()
    assert staff.look() == ["cli.base_rolled_back"]
    assert staff.living.state.refused is not None
    assert staff.look() == []
    staff.start()
    assert staff.living.state.refused is not None
    assert staff.living.state.rolled_back


def test_one_can_go_back_further_and_no_further_than_what_is_kept(staff: Staff) -> None:
    """Two commands go back two versions; of many edits only the last few are kept."""
    for number in range(KEPT + 3):
        staff.write(TINY.replace("canapé", f"canapé n° {number}"))
        staff.look()
    entry = staff.book.read()
    assert entry is not None
    kept = {path.name for path in (staff.folder / "data").iterdir() if path.is_dir()}
    assert kept == set(entry.history)
    assert len(kept) == KEPT
    for version in reversed(entry.history[:-1]):
        staff.go_back()
        assert staff.look() == ["cli.base_rolled_back"]
        assert staff.serves() == version
    entry = staff.book.read()
    assert entry is not None
    assert entry.before(staff.serves()) is None


def test_a_copy_that_was_tampered_with_never_serves(staff: Staff) -> None:
    """A version whose copy was damaged cannot be gone back to: the one that answers goes on."""
    staff.write(TINY + SECOND)
    staff.look()
    second = staff.serves()
    staff.go_back()
    order = staff.book.order()
    assert order is not None
    root = Editions(staff.folder / "data").find(order.to)
    assert root is not None
    (root / "entries" / "tout.yaml").write_text(TINY.replace("rendez-vous", "tout votre temps"), "utf-8")
    assert staff.look() == ["cli.rollback_failed"]
    assert staff.serves() == second
    assert staff.book.order() is None
    assert staff.look() == []


def test_without_a_place_for_copies_the_folder_itself_serves(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing can be written, edits are followed all the same, and the operator is warned."""
    (tmp_path / "data").write_text("a file where the folder should be", "utf-8")
    staff = Staff(tmp_path)
    staff.write(TINY + SECOND)
    assert staff.look()[-1] == "terminal.base_reloaded"
    assert staff.loaded == [staff.root, staff.root]
    assert "no copy" in caplog.text


@pytest.mark.parametrize(
    "include", ["../france", "../../packs/france", "commun", "../autre/../france", "./../town_/base"]
)
def test_a_copy_carries_the_included_pack_along(tmp_path: Path, include: str) -> None:
    """A version is kept with the national pack it was served with, wherever the town has it."""
    root = tiny_town(tmp_path / "a" / "b" / "town", SECOND.replace("  - id", "entries:\n  - id", 1))
    (tmp_path / "a" / "b" / "autre").mkdir()
    pack = tiny_town((root / include).resolve(), TINY)
    (root / "city.yaml").write_text(f"include: {include}\n{CITY}", "utf-8")
    reading = read_base(root)
    copy = Editions(tmp_path / "data").keep(reading)
    served = load_base(root)
    shutil.rmtree(pack)
    kept = load_base(copy)
    assert kept.version == reading.version == served.version
    assert set(kept.entries) == {"encombrants", "passeport"}
    assert kept.origins["entries/encombrants"] == served.origins["entries/encombrants"]
    assert Editions(tmp_path / "data").find(reading.version) == copy
