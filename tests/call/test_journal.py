"""The journal while store and disk refuse, are slow, lose things, and while controllers die."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from callserver.bus import Bus
from callserver.call import delivery, patience, spooler
from callserver.call import record as records
from callserver.call.journal import Journal
from callserver.metrics import Metrics
from callserver.model import facts as f
from callserver.model.call import Phase
from callserver.model.record import CallRecord
from callserver.model.recording_facts import RecordingMade
from callserver.testing.store import MemoryStore
from tests.call.calls import offered, whole
from tests.call.disk import Disk

WAIT_S = 10


class Desk:
    """A store and a folder that outlive the journals at work on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "spool"
        self.store = MemoryStore()
        self.metrics = Metrics()
        self.journal = self.another()

    def another(self) -> Journal:
        self.journal = Journal(self.store, Bus(), self.metrics, self.folder)
        return self.journal

    async def begin(self) -> Journal:
        await self.store.open()
        await self.journal.recover(within_s=0.3)
        self.journal.start()
        return self.journal

    async def die(self) -> None:
        """As after SIGKILL: nothing is finished, the files and locks are the system's again."""
        await self.journal._tasks.close()
        self.journal._spool.close()
        for source in self.journal._delivery._left:
            source.spool.close()

    async def flushed(self) -> None:
        async with asyncio.timeout(WAIT_S):
            await self.journal.flush()

    async def spooled(self) -> None:
        await self.until(lambda: not self.journal._spooler.waiting)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - other tasks and threads decide
                await asyncio.sleep(0.005)

    def count(self, metric: str) -> float:
        return self.metrics.registry.get_sample_value(metric) or 0.0


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(patience, "RETRY_S", (0.01,))
    monkeypatch.setattr(spooler, "RETRY_S", 0.01)
    return Desk(tmp_path)


def record_of(facts: list[f.Fact]) -> CallRecord:
    first = facts[0]
    assert isinstance(first, f.CallOffered)
    record = records.begin(first)
    for fact in facts[1:]:
        record = records.fold(record, fact)
    return record


def note(journal: Journal, *facts: f.Fact) -> None:
    for fact in facts:
        journal.note(fact)


async def test_facts_and_records_reach_the_store_in_order(desk: Desk) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1")[:8])
    assert journal.record("c1") == record_of(whole("c1")[:8])
    await desk.flushed()
    assert desk.store.facts == whole("c1")[:8]
    assert desk.store.records["c1"] == journal.record("c1")
    note(journal, *whole("c1")[8:])
    journal.forget("c1")
    assert journal.record("c1") is None
    await journal.stop()
    assert desk.store.facts == whole("c1")
    assert desk.store.records["c1"] == record_of(whole("c1"))
    assert list(desk.folder.iterdir()) == []


async def test_a_recording_made_after_the_end_still_belongs_to_its_call(desk: Desk) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1"))
    await desk.flushed()
    made = RecordingMade("c1", 130.0, "r1", "x.wav", "ab", 3.0, 8000, 96044, 99.0, False)
    note(journal, made)
    await journal.stop()
    assert desk.store.records["c1"] == record_of([*whole("c1"), made])


async def test_while_the_store_refuses_facts_wait_in_the_file_and_are_written_when_it_is_back(
    desk: Desk,
) -> None:
    journal = await desk.begin()
    note(journal, offered("c1"))
    await desk.flushed()
    desk.store.error = "the database is locked"
    note(journal, *whole("c1")[1:])
    await desk.until(lambda: "locked" in journal.trouble)
    await desk.spooled()
    (file,) = desk.folder.rglob("*.facts")
    assert file.read_bytes().count(b"\n") == len(whole("c1"))
    assert desk.count("callserver_journal_backlog") == len(whole("c1")) - 1
    assert desk.count("callserver_store_failures_total") > 0
    desk.store.error = ""
    await desk.flushed()
    assert journal.trouble == ""
    assert desk.store.facts == whole("c1")
    await journal.stop()


async def test_a_store_that_does_not_answer_is_trouble_before_it_has_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "SLOW_S", 0.05)
    journal = await desk.begin()
    desk.store.delay_s = 0.5
    note(journal, offered("c1"))
    await desk.until(lambda: "has not answered" in journal.trouble)
    await desk.flushed()
    assert journal.trouble == ""
    await journal.stop()


async def test_a_store_that_fails_while_nobody_calls_is_noticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PING_S", 0.02)
    journal = await desk.begin()
    desk.store.error = "the disk is gone"
    await desk.until(lambda: "gone" in journal.trouble)
    desk.store.error = ""
    await desk.until(lambda: not journal.trouble)
    await journal.stop()


async def test_the_next_controller_writes_what_the_killed_one_could_not(desk: Desk) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1")[:4])
    await desk.flushed()
    desk.store.error = "locked"
    note(journal, *whole("c1")[4:], offered("c2"))
    await desk.spooled()
    await desk.die()
    desk.store.error = ""
    restored = await desk.another().recover()
    assert [call.record.id for call in restored.calls] == ["c2"]
    assert desk.store.facts == [*whole("c1"), offered("c2")]
    assert desk.store.records["c1"] == record_of(whole("c1"))
    assert list(desk.folder.iterdir()) == []


async def test_facts_that_were_in_store_and_spool_when_the_controller_died_are_there_once(
    desk: Desk,
) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1"))
    await desk.flushed()
    await desk.die()
    (file,) = desk.folder.rglob("*.facts")
    assert file.read_bytes().count(b"\n") == len(whole("c1"))
    await desk.another().recover()
    assert desk.store.facts == whole("c1")
    assert list(desk.folder.iterdir()) == []


async def test_a_controller_that_starts_while_the_store_cannot_be_written_knows_the_calls(
    desk: Desk,
) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1")[:4])
    await desk.flushed()
    desk.store.write_error = "read-only"
    note(journal, *whole("c1")[4:8], *whole("c2"), offered("c3"))
    await desk.spooled()
    await desk.die()
    journal = desk.another()
    restored = await journal.recover(within_s=0.1)
    assert [call.record.id for call in restored.calls] == ["c1", "c3"]
    assert restored.calls[0].record.phase is Phase.RINGING
    journal.start()
    for call in restored.calls:
        journal.resume(call.record)
    note(journal, *whole("c1")[8:], *whole("c3")[1:])
    await desk.spooled()
    assert "read-only" in journal.trouble
    desk.store.write_error = ""
    await desk.flushed()
    assert desk.store.facts == [
        *whole("c1")[:8],
        *whole("c2"),
        offered("c3"),
        *whole("c1")[8:],
        *whole("c3")[1:],
    ]
    for name in ("c1", "c2", "c3"):
        assert desk.store.records[name] == record_of(whole(name))
    await journal.stop()


async def test_a_stop_while_the_store_refuses_leaves_everything_to_the_next_controller(
    desk: Desk,
) -> None:
    journal = await desk.begin()
    desk.store.error = "locked"
    note(journal, *whole("c1"))
    await journal.stop(within_s=0.05)
    assert desk.store.facts == []
    desk.store.error = ""
    await desk.another().recover()
    assert desk.store.facts == whole("c1")


async def test_a_store_that_lost_everything_gets_again_what_the_spool_still_has(
    desk: Desk,
) -> None:
    journal = await desk.begin()
    note(journal, *whole("c1"), *whole("c2")[:6])
    await desk.flushed()
    desk.store.facts, desk.store.records, desk.store.marks = [], {}, {}
    note(journal, *whole("c2")[6:])
    await desk.flushed()
    assert desk.store.facts == [*whole("c1"), *whole("c2")]
    assert desk.store.records["c2"] == record_of(whole("c2"))
    await journal.stop()


async def test_a_call_that_is_older_than_the_spool_keeps_its_whole_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callserver.call.spool.SEGMENT_BYTES", 1000)
    journal = await desk.begin()
    note(journal, *whole("c1")[:6])
    for n in range(100):
        note(journal, f.PhoneRegistered("alice", float(n), 1))
        if n % 10 == 0:
            await desk.flushed()
    await desk.flushed()
    desk.store.facts, desk.store.records, desk.store.marks = [], {}, {}
    note(journal, *whole("c1")[6:8])
    await desk.flushed()
    assert desk.store.records["c1"] == record_of(whole("c1")[:8])
    note(journal, *whole("c1")[8:])
    await desk.flushed()
    assert desk.store.records["c1"] == record_of(whole("c1"))
    assert desk.store.facts[-8:] == whole("c1")[6:]
    await journal.stop()


async def test_while_the_disk_is_full_facts_go_to_the_store_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    journal = await desk.begin()
    note(journal, *whole("c1")[:5])
    await desk.flushed()
    disk.full = True
    note(journal, *whole("c1")[5:])
    await desk.flushed()
    assert desk.store.facts == whole("c1")
    assert "No space left" in journal.trouble
    assert desk.count("callserver_spool_failures_total") > 0
    disk.full = False
    note(journal, *whole("c2"))
    await desk.flushed()
    await desk.until(lambda: not journal.trouble)
    assert desk.store.facts == [*whole("c1"), *whole("c2")]
    await journal.stop()


async def test_while_both_refuse_facts_wait_in_memory_and_nothing_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    journal = await desk.begin()
    disk.full, desk.store.error = True, "locked"
    note(journal, *whole("c1"))
    await desk.until(lambda: "locked" in journal.trouble and "No space" in journal.trouble)
    note(journal, *whole("c2"))
    disk.full = False
    await desk.until(lambda: "No space" not in journal.trouble)
    note(journal, *whole("c3"))
    desk.store.error = ""
    await desk.flushed()
    assert desk.store.facts == [*whole("c1"), *whole("c2"), *whole("c3")]
    await journal.stop()


async def test_facts_that_find_no_room_are_counted_and_the_records_are_right_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooler, "HELD", 5)
    disk = Disk(monkeypatch)
    journal = await desk.begin()
    disk.full, desk.store.error = True, "locked"
    note(journal, *whole("c1")[:10])
    await desk.until(lambda: "No space" in journal.trouble)
    note(journal, *whole("c1")[10:], *whole("c2"))
    journal.forget("c1")
    lost = desk.metrics.registry.get_sample_value("callserver_facts_lost_total", {"why": "no_room"})
    assert lost is not None
    assert lost > 10
    disk.full, desk.store.error = False, ""
    await desk.flushed()
    everything = iter([*whole("c1"), *whole("c2")])
    assert all(fact in everything for fact in desk.store.facts)  # in order, with gaps
    assert len(desk.store.facts) == len(whole("c1")) + len(whole("c2")) - lost
    for call in ("c1", "c2"):
        assert desk.store.records[call] == record_of(whole(call))
    await journal.stop()


async def test_noting_costs_the_same_whatever_is_broken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    journal = await desk.begin()
    heard: list[f.Fact] = []
    journal._bus.subscribe(heard.append)
    disk.full, desk.store.error, desk.store.delay_s = True, "locked", 0.2
    note(journal, *whole("c1"))
    assert heard == whole("c1")
    assert journal.record("c1") == record_of(whole("c1"))
    disk.full, desk.store.error, desk.store.delay_s = False, "", 0.0
    await journal.stop()


@pytest.mark.parametrize("seed", range(6))
async def test_after_any_mixture_of_faults_and_deaths_every_fact_is_there_once_and_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("callserver.call.spool.SEGMENT_BYTES", 2000)
    monkeypatch.setattr(delivery, "BATCH", 7)
    dice = random.Random(seed)  # noqa: S311
    disk = Disk(monkeypatch)
    journal = await desk.begin()
    noted: list[f.Fact] = []
    was_full = False
    for turn in range(60):
        for fact in whole(f"c{turn}"):
            journal.note(fact)
            noted.append(fact)
            if dice.random() < 0.1:
                await asyncio.sleep(0)
        desk.store.error = dice.choice(["", "", "locked"])
        desk.store.delay_s = dice.choice([0.0, 0.0, 0.002])
        disk.full = not desk.store.error and dice.random() < 0.2
        await asyncio.sleep(dice.choice([0, 0, 0.005]))
        was_full |= disk.full
        if dice.random() < 0.15:
            disk.full = False
            if was_full:  # what had to stay in memory dies with it
                desk.store.error, was_full = "", False
                await desk.flushed()
            await desk.spooled()
            await desk.die()
            desk.another()
            desk.store.error = ""
            journal = await desk.begin()
    desk.store.error, disk.full = "", False
    await desk.flushed()
    assert desk.store.facts == noted
    for turn in range(60):
        assert desk.store.records[f"c{turn}"] == record_of(whole(f"c{turn}"))
    await journal.stop()
