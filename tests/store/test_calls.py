"""The journal and the calls, on a real file."""

import asyncio
from dataclasses import replace
from typing import Any, get_args

import pytest

from callserver.model.call import Ending, Phase, Reason, Result
from callserver.model.errors import StoreError
from callserver.model.facts import CallAnswered, DigitPressed, Fact
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.store_ports import CallFilter
from callserver.store import SqlStore
from callserver.testing.store import MemoryStore
from tests.store.samples import call, sample

ANSWERED = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)


def recorded(id_: str, recording: str) -> CallRecord:
    """A call with everything a call can have."""
    made = replace(sample(RecordingRecord, full=True), id=recording, call=id_)
    return replace(sample(CallRecord, full=True), id=id_, recording=made)


async def save(store: SqlStore, *records: CallRecord) -> None:
    await store.append([], {record.id: record for record in records})


async def test_a_call_with_legs_and_recording_comes_back_as_it_was(store: SqlStore) -> None:
    record = recorded("1", "r1")
    await save(store, record)
    assert await store.call("1") == record
    assert await store.recording("r1") == record.recording
    assert await store.call("nobody") is None
    assert await store.recording("nothing") is None


async def test_a_later_record_replaces_the_earlier_one(store: SqlStore) -> None:
    full = sample(CallRecord, full=True)
    bare = replace(full, legs=full.legs[:1], recording=None)
    await save(store, replace(bare, legs=()))
    await save(store, bare)
    later = replace(full, recording=None, talked_s=12.5)
    await save(store, later)
    assert await store.call(full.id) == later


async def test_every_kind_of_fact_survives_the_journal_in_order(store: SqlStore) -> None:
    facts: list[Fact] = [sample(kind, full=True) for kind in get_args(Fact)]
    of_call = [fact for fact in facts if getattr(fact, "call", None) == "call é"]
    assert len(of_call) > 15
    await store.append(facts[:5], {})
    await store.append(facts[5:], {})
    assert await store.timeline("call é") == of_call
    assert await store.timeline("nobody") == []


async def test_open_calls_are_those_without_an_ending_oldest_first(store: SqlStore) -> None:
    ended = call("b", ended_at=5.0, ending=ANSWERED, phase=Phase.ENDED)
    await save(store, call("c"), ended, call("a"))
    assert [record.id for record in await store.open_calls()] == ["a", "c"]


async def test_the_conversations_of_a_day_are_counted_by_agent(store: SqlStore) -> None:
    talked: dict[str, Any] = {"queue": "support", "talking_at": 1010.0, "talked_s": 30.5}
    records = [
        call("1", offered_at=900.0, agent="anna", **talked),
        call("2", agent="anna", **talked),
        call("3", agent="anna", **talked),
        call("4", agent="bela", **talked),
        call("5", agent="bela", queue="support"),
        call("6", agent="bela", talking_at=1010.0, talked_s=5.0),
    ]
    await save(store, *records)
    counted = {"anna": (2, 61.0), "bela": (1, 30.5)}
    assert await store.talks_since(1000.0) == counted
    memory = MemoryStore()
    await memory.open()
    await memory.append([], {record.id: record for record in records})
    assert await memory.talks_since(1000.0) == counted


async def test_a_failed_append_leaves_nothing_behind(store: SqlStore) -> None:
    record = recorded("1", "r1")
    elsewhere = replace(sample(RecordingRecord, full=True), id="r2", call="of another call")
    orphan = call("2", recording=elsewhere)
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        await store.append([CallAnswered("1", 1.0)], {"1": record, "2": orphan})
    assert await store.timeline("1") == []
    assert await store.call("1") is None


async def test_an_append_that_is_cancelled_leaves_nothing_behind_and_the_next_one_works(
    store: SqlStore,
) -> None:
    facts = [DigitPressed("1", float(n), "5") for n in range(2000)]
    append = asyncio.create_task(store.append(facts, {}))
    await asyncio.sleep(0)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    await store.append(facts[:1], {})
    assert await store.timeline("1") == facts[:1]


async def test_content_from_the_network_never_makes_a_write_fail(store: SqlStore) -> None:
    hostile = call("1", name="a\0\udc80'; DROP TABLE calls", number="", digits=2**99)
    await store.append([DigitPressed("1", 1.0, "\0\ud800")], {"1": hostile})
    found = await store.call("1")
    assert found is not None
    assert found.name == "a\ufffd?'; DROP TABLE calls"


async def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition(
    store: SqlStore,
) -> None:
    await save(store, *(call(f"{n:03}") for n in range(25)))
    seen: list[str] = []
    before = None
    while page := await store.calls(CallFilter(before=before, limit=10)):
        seen += [record.id for record in page]
        before = seen[-1]
    assert seen == [f"{n:03}" for n in reversed(range(25))]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["4", "3", "2", "1"]),
        ({"queue": "support"}, ["4", "2"]),
        ({"agent": "anna"}, ["2"]),
        ({"line": "200"}, ["3"]),
        ({"number": "+37129999999"}, ["1"]),
        ({"result": "answered"}, ["3"]),
        ({"since": 2000.0}, ["4", "3", "2"]),
        ({"until": 2000.0}, ["1"]),
        ({"since": 2000.0, "until": 4000.0}, ["3", "2"]),
        ({"queue": "support", "before": "4"}, ["2"]),
        ({"queue": "support", "agent": "boris"}, []),
        ({"limit": 2}, ["4", "3"]),
    ],
    ids=str,
)
async def test_filters(store: SqlStore, wanted: dict[str, Any], expected: list[str]) -> None:
    await save(
        store,
        call("1", number="+37129999999"),
        call("2", queue="support", agent="anna", offered_at=2000.0),
        call("3", line="200", ending=ANSWERED, ended_at=3100.0, offered_at=3000.0),
        call("4", queue="support", offered_at=4000.0),
    )
    assert [record.id for record in await store.calls(CallFilter(**wanted))] == expected


async def test_recordings_are_paged_newest_first(store: SqlStore) -> None:
    for n in range(5):
        await save(store, recorded(f"c{n}", f"r{n}"))
    first = await store.recordings(None, 3)
    assert [recording.id for recording in first] == ["r4", "r3", "r2"]
    rest = await store.recordings("r2", 3)
    assert [recording.id for recording in rest] == ["r1", "r0"]


async def test_a_reader_sees_what_was_there_while_a_writer_writes(store: SqlStore) -> None:
    async def write() -> None:
        for n in range(40):
            facts = [DigitPressed("1", float(n), "5"), DigitPressed("1", float(n), "6")]
            await store.append(facts, {"1": call("1", digits=2 * n + 2)})

    await save(store, call("1"))
    writer = asyncio.create_task(write())
    reads = 0
    while not writer.done():
        timeline, record = await asyncio.gather(store.timeline("1"), store.call("1"))
        assert len(timeline) % 2 == 0
        assert record is not None
        assert record.digits % 2 == 0
        reads += 1
    await writer
    assert reads > 1
    assert len(await store.timeline("1")) == 80
