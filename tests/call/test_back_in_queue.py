"""Phones do something after a restart in the moment before the queue visit is back in its place:
while nobody conducted the worker told of it, from then on the visit hears it."""

import asyncio
from types import SimpleNamespace
from typing import Any

from callserver.call import record as records
from callserver.call.inbound import CallSession
from callserver.call.progress import progress
from callserver.call.restore import OpenCall, place
from callserver.config import Config
from callserver.model import events as did
from callserver.model import facts as f
from callserver.model.call import Arrival, Direction, Leg, Phase
from callserver.model.connectors import NobodyAsked
from callserver.model.events import LegEnd
from callserver.model.people import CallerPast
from callserver.recording.taping import Taping
from callserver.testing.control import FakePrompts
from tests.ivr.talk import flow

RUNG = ("anna", "boris")
FLOW = flow("start: wait\nsteps: {wait: {queue: support, next: bye}, bye: {hangup: closed}}")
FACTS: list[f.Fact] = [
    f.CallOffered("c", 1.0, Direction.INBOUND, "100", "+371", "Jane", "provider", "sip", "w"),
    f.CallAnswered("c", 1.1),
    f.StepEntered("c", 1.2, FLOW.name, FLOW.version, "wait"),
    f.QueueJoined("c", 2.0, "support", 0, 2.0),
    *(f.AgentOffered("c", 3.0, "support", agent) for agent in RUNG),
]
CUSTOMER = did.LegAnswered(Leg.CUSTOMER, "c", "PCMU", 1.1)
RETURNED = did.WorkerReturned(5.0, (CUSTOMER,), (), (Leg.AGENT,), (), (), (), 0.0, 5.0, rung=RUNG)


class Desk:
    """What the router is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def rejoin(self, call: str, queue: str, *_: object) -> None:
        self.told.append(("rejoin", queue))

    def agent_missed(self, call: str, agent: str, why: LegEnd) -> None:
        self.told.append(("missed", agent, why.value))

    def agent_answered(self, call: str, agent: str) -> None:
        self.told.append(("answered", agent))

    def agent_finished(self, call: str, agent: str) -> None:
        self.told.append(("finished", agent))

    def leave(self, call: str) -> None:
        self.told.append(("leave",))


class Worker:
    token, sip_port = "w", 1

    def send(self, command: object) -> None:
        """It does nothing more."""


async def returns(desk: Desk, *at_once: did.Event) -> tuple[Phase, str | None]:
    """The next controller takes the call up, hears these, and gets to work; where the call is."""
    record = records.begin(FACTS[0])  # type: ignore[arg-type]
    for fact in FACTS[1:]:
        record = records.fold(record, fact)

    async def past(*_: object) -> CallerPast:
        return CallerPast()

    async def contact(*_: object) -> None:
        return None

    house: Any = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: 6.0),
        journal=SimpleNamespace(
            note=lambda _: None, record=lambda _: record, resume=lambda _: None
        ),
        prompts=FakePrompts(),
        desk=desk,
        recordings=SimpleNamespace(
            taping=lambda call, send, note: Taping(call, lambda _: (), lambda: None, send, note)
        ),
        callers=SimpleNamespace(past=past, contact=contact),
        lookup=NobodyAsked(),
        config=Config(),
    )
    arrival = Arrival("sip", "100", "+371", "Jane", "provider", None, "", 1.0)
    session = CallSession("c", arrival, FLOW, "en", house)
    session.resume(OpenCall(record, place(FACTS), progress(FACTS)), RETURNED, Worker())
    for event in at_once:
        session.on_event(event)
    running = asyncio.create_task(session.run())
    for _ in range(20):
        await asyncio.sleep(0)
    view = session.view()
    running.cancel()
    return view.phase, view.agent


async def test_who_declines_at_once_is_rung_no_more() -> None:
    desk = Desk()
    declined = did.LegEnded(Leg.AGENT, "a", LegEnd.DECLINED, 603, None, 5.1, "anna")
    assert await returns(desk, declined) == (Phase.RINGING, "boris")
    assert desk.told[:2] == [("rejoin", "support"), ("missed", "anna", "declined")]


async def test_who_answers_at_once_has_the_call() -> None:
    desk = Desk()
    answered = did.LegAnswered(Leg.AGENT, "b", "PCMU", 5.1, "boris")
    released = did.LegEnded(Leg.AGENT, "a", LegEnd.RELEASED, 487, None, 5.1, "anna")
    assert await returns(desk, answered, released) == (Phase.TALKING, "boris")
    assert desk.told[:2] == [("rejoin", "support"), ("answered", "boris")]
