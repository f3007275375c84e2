"""Facts in files: none lost, none changed, whatever the disk and the killer do."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from callserver.call import segment, spool
from callserver.call.line import Noted, to_line
from callserver.call.spool import Spool, left_behind
from callserver.model.facts import DigitPressed


def noted(first: int, last: int) -> list[Noted]:
    return [Noted(n, DigitPressed("c", float(n), "5")) for n in range(first, last + 1)]


def numbers(batch: Iterable[Noted]) -> list[int]:
    return [one.number for one in batch]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of about 10 facts."""
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 10 * len(to_line(noted(50, 50)[0])))


def read_all(of: Spool, limit: int = 7) -> list[int]:
    found: list[int] = []
    while batch := of.read(limit):
        assert len(batch) <= limit
        found += numbers(batch)
    return found


@pytest.mark.usefixtures("small")
def test_what_was_written_is_read_in_order_over_all_files(tmp_path: Path) -> None:
    of = Spool(tmp_path / "spool" / "run")
    assert not of.unread
    assert of.read(5) == []
    for first in range(1, 100, 4):
        of.write(noted(first, first + 3))
    assert len(list(tmp_path.rglob("*.facts"))) > 5
    assert of.unread
    assert read_all(of) == list(range(1, 101))
    assert not of.unread
    of.write(noted(101, 101))
    assert read_all(of) == [101]
    of.remove()
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 12, 55, 98, 99, 100, 500])
def test_reading_goes_on_after_any_number(tmp_path: Path, number: int) -> None:
    of = Spool(tmp_path / "run")
    for n in range(1, 101):
        of.write(noted(n, n))
    of.read(40)
    of.seek(number)
    assert read_all(of) == list(range(number + 1, 101))
    assert numbers(of.all_after(number)) == list(range(number + 1, 101))
    of.close()


@pytest.mark.usefixtures("small")
def test_old_files_go_when_the_store_has_them_but_the_last_ones_stay_to_be_read_again(
    tmp_path: Path,
) -> None:
    of = Spool(tmp_path / "run")
    for n in range(1, 101):
        of.write(noted(n, n))
    of.read(55)
    of.free(55)
    assert read_all(of) == list(range(56, 101))
    of.free(100)
    assert len(list(tmp_path.rglob("*.facts"))) == spool.KEPT_SEGMENTS
    of.seek(0)
    kept = read_all(of)
    assert kept[-1] == 100
    assert len(kept) >= 10
    of.close()


def test_a_living_run_is_left_alone_and_a_dead_one_is_taken_over(tmp_path: Path) -> None:
    alive, dead = Spool(tmp_path / "b"), Spool(tmp_path / "a")
    alive.write(noted(1, 3))
    dead.write(noted(1, 5))
    assert list(left_behind(tmp_path)) == []
    dead.close()
    (found,) = left_behind(tmp_path)
    assert found.run == "a"
    assert read_all(found) == [1, 2, 3, 4, 5]
    assert list(left_behind(tmp_path)) == []  # we live
    found.remove()
    alive.close()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_run_without_facts_and_a_spool_that_is_not_there_are_nothing_special(
    tmp_path: Path,
) -> None:
    assert list(left_behind(tmp_path / "nothing")) == []
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.facts").write_text("somebody's")
    (found,) = left_behind(tmp_path)
    assert found.read(5) == []
    found.remove()
    Spool(tmp_path / "never written").remove()


@pytest.mark.parametrize("torn", [1, 10, 40])
def test_a_write_that_was_cut_short_by_the_death_costs_its_last_fact_alone(
    tmp_path: Path, torn: int
) -> None:
    of = Spool(tmp_path / "run")
    of.write(noted(1, 5))
    of.close()
    (file,) = tmp_path.rglob("*.facts")
    os.truncate(file, file.stat().st_size - torn)
    (found,) = left_behind(tmp_path)
    assert read_all(found) == [1, 2, 3, 4]
    assert found.unreadable == 0
    found.remove()


def test_a_line_the_disk_changed_is_skipped_counted_and_kept_for_a_person(tmp_path: Path) -> None:
    of = Spool(tmp_path / "run")
    of.write(noted(1, 9))
    of.close()
    (file,) = tmp_path.rglob("*.facts")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    (found,) = left_behind(tmp_path)
    assert len(read_all(found)) == 8
    assert found.unreadable == 1
    found.remove()
    (aside,) = (tmp_path / segment.UNREADABLE).iterdir()
    assert aside.read_bytes() == data
    assert list(left_behind(tmp_path)) == []


def test_a_disk_that_fills_up_in_the_middle_of_a_line_leaves_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = Spool(tmp_path / "run")
    of.write(noted(1, 3))
    whole = os.pwrite
    room = [25]

    def pwrite(fd: int, data: bytes, offset: int) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = whole(fd, data[: room[0]], offset)
        room[0] -= done
        return done

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(OSError, match="No space"):
        of.write(noted(4, 8))
    assert read_all(of) == [1, 2, 3]
    room[0] = 10**9
    of.write(noted(4, 8))
    assert read_all(of) == [4, 5, 6, 7, 8]
    of.seek(0)
    assert read_all(of) == [1, 2, 3, 4, 5, 6, 7, 8]
    of.close()


def test_a_spool_that_is_deleted_under_us_is_made_again_and_loses_nothing_while_we_live(
    tmp_path: Path,
) -> None:
    of = Spool(tmp_path / "spool" / "run")
    of.write(noted(1, 3))
    (file,) = tmp_path.rglob("*.facts")
    file.unlink()
    file.parent.rmdir()
    of.write(noted(4, 5))
    assert read_all(of) == [1, 2, 3, 4, 5]
    of.close()
    (found,) = left_behind(tmp_path / "spool")
    assert read_all(found) == [4, 5]
    found.remove()
