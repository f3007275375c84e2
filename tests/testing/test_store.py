import asyncio
from dataclasses import replace

import pytest

from callserver.model.call import Direction, Ending, Phase, Reason, Result
from callserver.model.errors import StoreError
from callserver.model.facts import CallAnswered, CallEnded, Fact
from callserver.model.people import AgentAccount, Binding, Role, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.store_ports import CallFilter, Store
from callserver.testing.clock import in_virtual_time
from callserver.testing.store import MemoryStore

ENDED = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)


def record(id_: str, number: str = "+371", ending: Ending | None = None) -> CallRecord:
    made = RecordingRecord(f"r{id_}", id_, "p", "00", 1.0, 8000, 1, 0.0, repaired=False)
    return CallRecord(
        id=id_,
        direction=Direction.INBOUND,
        phase=Phase.FLOW if ending is None else Phase.ENDED,
        line="100",
        number=number,
        name="",
        trunk=None,
        sip_call_id="x",
        worker="w",
        offered_at=float(id_),
        ending=ending,
        recording=made if ending is not None else None,
    )


async def opened() -> MemoryStore:
    store = MemoryStore()
    as_store: Store = store
    await as_store.open()
    return store


async def test_what_was_appended_is_there_also_after_a_restart() -> None:
    store = await opened()
    facts: list[Fact] = [CallAnswered("1", 1.0), CallEnded("1", 2.0, ENDED), CallAnswered("2", 2.0)]
    await store.append(facts, {"1": record("1", ending=ENDED), "2": record("2")})
    await store.close()
    with pytest.raises(StoreError, match="not open"):
        await store.ping()
    await store.open()
    assert await store.timeline("1") == facts[:2]
    assert [one.id for one in await store.open_calls()] == ["2"]
    assert (await store.call("1")) == record("1", ending=ENDED)
    assert [one.id for one in await store.recordings(None, 10)] == ["r1"]
    made = await store.recording("r1")
    assert made is not None
    assert made.call == "1"
    assert await store.recording("r2") is None


async def test_calls_are_found_newest_first_and_page_by_page() -> None:
    store = await opened()
    records = {str(n): record(str(n), number=f"+37{n % 2}") for n in range(1, 8)}
    await store.append([], records)
    page = await store.calls(CallFilter(number="+371", limit=2))
    assert [one.id for one in page] == ["7", "5"]
    page = await store.calls(CallFilter(number="+371", limit=2, before="5"))
    assert [one.id for one in page] == ["3", "1"]
    assert await store.calls(CallFilter(result="answered")) == []
    assert [one.id for one in await store.calls(CallFilter(since=2.0, until=4.0))] == ["3", "2"]


async def test_a_broken_store_says_so_and_keeps_nothing() -> None:
    store = await opened()
    store.error = "database is locked"
    with pytest.raises(StoreError, match="locked"):
        await store.append([CallAnswered("1", 1.0)], {})
    store.error = ""
    assert store.facts == []
    await store.append([CallAnswered("1", 1.0)], {})
    assert store.batches == [(CallAnswered("1", 1.0),)]


@in_virtual_time
async def test_a_slow_store_takes_its_time() -> None:
    store = await opened()
    store.delay_s = 30
    loop = asyncio.get_running_loop()
    began = loop.time()
    await store.ping()
    assert loop.time() - began == pytest.approx(30)


async def test_people_and_phones_are_replaced_by_name() -> None:
    store = await opened()
    account = AgentAccount("alice", "Alice", ("support",), "md5", "sha", 1.0)
    await store.save_agent(account)
    await store.save_agent(replace(account, name="Alice K."))
    assert [one.name for one in await store.agents()] == ["Alice K."]
    await store.delete_agent("alice")
    assert await store.agents() == []
    token = Token("t", "CI", Role.ADMIN, "00", 1.0)
    await store.save_token(token)
    await store.save_token(replace(token, revoked_at=2.0))
    assert [one.revoked_at for one in await store.tokens()] == [2.0]
    binding = Binding("alice", "sip:a@192.0.2.1", "udp*192.0.2.1*5060", "c", 1, "", 60.0, 0.0)
    await store.save_binding(binding)
    await store.save_binding(replace(binding, cseq=2))
    assert [one.cseq for one in await store.bindings()] == [2]
    await store.delete_binding("alice", "sip:a@192.0.2.1")
    assert await store.bindings() == []
