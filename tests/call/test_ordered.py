"""Click to call, in virtual time: the agent first, then the number, once."""

import asyncio
from typing import Any

import pytest

from callserver.call import record as records
from callserver.call.orders import Orders
from callserver.call.restore import OpenCall, place
from callserver.model import commands as do
from callserver.model import events as did
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Direction, Leg
from callserver.model.commands import WHISPER
from callserver.model.errors import NotAllowed, NoWorker, OnACall, UnknownName
from callserver.model.events import LegEnd
from callserver.model.ids import new_id
from callserver.model.ordered import Order, Ordered
from callserver.model.talk import TargetKind
from callserver.model.talk_facts import AgentDialled, CallOrdered
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee, FakeWorker
from tests.callback.centre import NUMBER, Centre

LINES = {"100": {"flow": "support", "caller": "+37167000100", "outgoing": {"per_day": 2}}}
OUTGOING = {"allow": ["+371"], "trunk": "provider", "caller": "+37167000000"}


async def opened(**settings: Any) -> tuple[Centre, Orders]:
    more = {"lines": LINES, "outgoing": {**OUTGOING, **settings}}
    centre = await Centre(settings=more).open()
    centre.people.names[NUMBER] = "Jane"
    return centre, Orders(centre.house, centre.begin)


async def order(orders: Orders, **more: str) -> Ordered:
    wanted = {
        "call": new_id(),
        "agent": "alice",
        "number": NUMBER,
        "line": "100",
        "why": "",
        "by": "token:t",
    }
    return await orders.call(Order(**{**wanted, **more}))


async def agent_answers(centre: Centre, customer: Callee) -> FakeWorker:
    """The agent hears what it is; then the number is dialled, and its phone behaves so."""
    worker = await centre.pool.taken(within=60)
    assert (await worker.sent(do.DialLeg)).leg is Leg.AGENT
    told = await worker.sent(do.PlayPrompts)
    assert (told.leg, told.play) == (Leg.AGENT, WHISPER)
    worker.callee = customer
    return worker


def ending(centre: Centre, call: str) -> str:
    record = centre.journal.record(call)
    return str(record.ending) if record is not None else ""


@in_virtual_time
async def test_agent_hears_who_it_is_then_the_number_is_dialled_and_they_talk() -> None:
    centre, orders = await opened()
    made = await order(orders, why="ticket 7")
    assert (made.number, made.name, made.line) == (NUMBER, "Jane", "100")
    assert centre.agent() is AgentState.BUSY, "no queue rings them"
    worker = await centre.pool.taken()
    rung = await worker.sent(do.DialLeg)
    assert (rung.leg, rung.number, rung.name) == (Leg.AGENT, NUMBER, "Jane")
    told = await worker.sent(do.PlayPrompts)
    assert told.files == ("en-An outgoing call..wav", "Jane.wav")
    dialled = await worker.sent(do.DialLeg)
    assert (dialled.leg, dialled.number) == (Leg.CUSTOMER, "+37167000100")
    assert (dialled.bridge_to, dialled.targets[0].uri) == (Leg.AGENT, f"sip:{NUMBER}@provider")
    await asyncio.sleep(5)
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(5)
    record = centre.journal.record(made.call)
    assert record is not None
    assert (record.direction, record.agent, record.line) == (Direction.OUTBOUND, "alice", "100")
    assert ending(centre, made.call) == "answered/customer_hung_up"
    assert record.talked_s == pytest.approx(5, abs=1)
    assert centre.agent() is AgentState.READY


@pytest.mark.parametrize(
    ("customer", "how"),
    [
        (Callee.IS_BUSY, "failed/callee_busy"),
        (Callee.DECLINES, "failed/callee_declined"),
        (Callee.RINGS, "failed/no_answer"),
        (Callee.IS_AWAY, "failed/unreachable"),
    ],
)
def test_who_is_not_reached_leaves_the_agent_free(customer: Callee, how: str) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, orders = await opened()
        made = await order(orders)
        await agent_answers(centre, customer)
        await asyncio.sleep(70)
        assert (ending(centre, made.call), centre.agent()) == (how, AgentState.READY)
        record = centre.journal.record(made.call)
        assert record is not None and record.agent == "alice"
        await order(orders)  # nothing of the first one stands in the way

    story()


@pytest.mark.parametrize("phone", [Callee.RINGS, Callee.IS_BUSY, Callee.DECLINES])
def test_nobody_outside_is_called_when_the_agent_does_not_answer(phone: Callee) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, orders = await opened()
        centre.pool.callee = phone
        made = await order(orders)
        await asyncio.sleep(20)
        assert (ending(centre, made.call), centre.agent()) == ("failed/no_agent", AgentState.READY)
        (worker,) = centre.pool.workers
        assert [one.leg for one in worker.commands if isinstance(one, do.DialLeg)] == [Leg.AGENT]

    story()


@in_virtual_time
async def test_agent_who_hangs_up_while_it_rings_stops_it() -> None:
    centre, orders = await opened()
    made = await order(orders)
    worker = await agent_answers(centre, Callee.RINGS)
    await worker.sent(do.DialLeg)
    worker.hang_up(Leg.AGENT)
    await asyncio.sleep(5)
    assert ending(centre, made.call) == "abandoned/before_answer"
    assert (worker.ended, centre.agent()) == (True, AgentState.READY)


@in_virtual_time
async def test_what_is_refused_says_why_and_rings_nobody() -> None:
    centre, orders = await opened()
    for refusal, about, told in (
        (UnknownName, {"agent": "nobody"}, "no agent"),
        (UnknownName, {"line": "999"}, "no line '999'; there are: 100"),
        (NotAllowed, {"number": "+4930123456"}, "outgoing.allow"),
        (NotAllowed, {"number": "what"}, "no telephone number"),
    ):
        with pytest.raises(refusal, match=told):
            await order(orders, **about)
    centre.unwilling.put(NUMBER, None)
    with pytest.raises(NotAllowed, match="asked not to be called"):
        await order(orders)
    centre.unwilling.remove(NUMBER)
    centre.router.set_agent_state("alice", AgentState.SIGNED_OUT, "")
    with pytest.raises(NotAllowed, match="not signed in"):
        await order(orders)
    assert centre.pool.workers == []
    centre.router.set_agent_state("alice", AgentState.READY, "")
    centre.pool.capacity = 0
    with pytest.raises(NoWorker):
        await order(orders)
    assert centre.agent() is AgentState.READY, "who was refused is not kept busy"


@in_virtual_time
async def test_an_agent_has_one_of_them_at_a_time_and_a_line_its_limit() -> None:
    centre, orders = await opened()
    both = await asyncio.gather(order(orders), order(orders), return_exceptions=True)
    assert [type(one) for one in both] == [Ordered, OnACall]
    worker = await agent_answers(centre, Callee.IS_BUSY)
    await asyncio.sleep(5)
    assert worker.ended
    await order(orders)
    await agent_answers(centre, Callee.IS_BUSY)
    await asyncio.sleep(5)
    with pytest.raises(NotAllowed, match="line_per_day"):
        await order(orders)
    await order(orders, line="")


# --- after a restart ----------------------------------------------------------------------------

CALL, AT = "c1", 1_000_000.0
SIP = ("sip", "PCMU", AT + 3)
AGENT_UP = did.LegAnswered(Leg.AGENT, *SIP)
CUSTOMER_UP = did.LegAnswered(Leg.CUSTOMER, "sip", "PCMU", AT + 9)


def gone(leg: Leg, end: LegEnd) -> did.LegEnded:
    return did.LegEnded(leg, "sip", end, 486, None, AT + 8)


async def returns(*, dialled: bool, **what: Any) -> tuple[Centre, FakeWorker]:
    """A new controller finds a call of the last one, which had ``dialled`` the number or not; the
    worker says ``what`` happened, and its legs are so."""
    who = ("100", NUMBER, "Jane", "provider", "", "w1")
    facts: list[f.Fact] = [
        f.CallOffered(CALL, AT, Direction.OUTBOUND, *who),
        CallOrdered(CALL, AT, "alice", NUMBER, "", "token:t"),
    ]
    if dialled:
        external = (TargetKind.EXTERNAL, NUMBER)
        facts.append(AgentDialled(CALL, AT + 5, "alice", *external))
    offered = facts[0]
    assert isinstance(offered, f.CallOffered)
    record = records.begin(offered)
    for fact in facts:
        record = records.fold(record, fact)
    centre, orders = await opened()
    before = OpenCall(record, place(facts))
    session = orders.again(before)
    assert session is not None
    worker = await centre.pool.take(session)
    everything: dict[str, Any] = dict.fromkeys(
        ("answered", "ended", "ringing", "held", "resumed", "digits"), ()
    )
    told = {**everything, **what}
    up = {one.leg for one in told["answered"]} | set(told["ringing"])
    worker.legs = {leg: "sip" for leg in up - {one.leg for one in told["ended"]}}
    since: dict[str, Any] = {"alone_since": AT + 6, "recording_since": 0.0, "at": AT + 10}
    session.resume(before, did.WorkerReturned(**since, **told), worker)
    centre.run(session)
    await asyncio.sleep(0.1)
    return centre, worker


def dials(worker: FakeWorker) -> list[Leg]:
    return [one.leg for one in worker.commands if isinstance(one, do.DialLeg)]


@pytest.mark.parametrize("rings", [True, False])
def test_after_a_restart_the_number_is_dialled_when_it_was_not_yet(rings: bool) -> None:
    @in_virtual_time
    async def story() -> None:
        was = {"ringing": (Leg.AGENT,)} if rings else {"answered": (AGENT_UP,)}
        centre, worker = await returns(dialled=False, **was)
        assert centre.agent() is AgentState.BUSY
        if rings:
            assert dials(worker) == []
            worker.answer(Leg.AGENT)
        await asyncio.sleep(5)
        assert dials(worker) == [Leg.CUSTOMER]
        worker.hang_up(Leg.CUSTOMER)
        await asyncio.sleep(5)
        assert ending(centre, CALL) == "answered/customer_hung_up"

    story()


@pytest.mark.parametrize("rings", [True, False])
def test_after_a_restart_who_was_dialled_is_not_dialled_again(rings: bool) -> None:
    @in_virtual_time
    async def story() -> None:
        legs = {"ringing": (Leg.CUSTOMER,)} if rings else {}
        up = (AGENT_UP,) if rings else (AGENT_UP, CUSTOMER_UP)
        centre, worker = await returns(dialled=True, answered=up, **legs)
        if rings:
            worker.answer(Leg.CUSTOMER)
        await asyncio.sleep(5)
        record = centre.journal.record(CALL)
        assert record is not None and record.talking_at is not None
        worker.hang_up(Leg.AGENT)
        await asyncio.sleep(5)
        assert (ending(centre, CALL), dials(worker)) == ("answered/agent_hung_up", [])
        assert centre.agent() is AgentState.READY

    story()


@pytest.mark.parametrize(
    ("dialled", "what", "how"),
    [
        (False, {"ended": (gone(Leg.AGENT, LegEnd.NO_ANSWER),)}, "failed/no_agent"),
        (True, {"answered": (AGENT_UP,)}, "failed/leg_failed"),
        (
            True,
            {"answered": (AGENT_UP,), "ended": (gone(Leg.CUSTOMER, LegEnd.BUSY),)},
            "failed/callee_busy",
        ),
        (
            True,
            {"answered": (AGENT_UP,), "ended": (gone(Leg.AGENT, LegEnd.HUNG_UP),)},
            "abandoned/before_answer",
        ),
    ],
)
def test_what_was_over_at_the_restart_is_closed(
    dialled: bool, what: dict[str, Any], how: str
) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, worker = await returns(dialled=dialled, **what)
        await asyncio.sleep(10)
        assert (ending(centre, CALL), dials(worker)) == (how, [])
        assert (worker.ended, centre.agent()) == (True, AgentState.READY)

    story()
