"""The table of outcomes: what comes of calling somebody, how often and when they are called, how
the request ends; with the agent first and with the customer first."""

import asyncio
from dataclasses import dataclass

import pytest

from callserver.callback.plan import rest_s
from callserver.config.callbacks import Callbacks as Rules
from callserver.model import commands as do
from callserver.model.agent import AgentState
from callserver.model.call import Leg
from callserver.model.callback import CallbackState as State
from callserver.model.callback import Outcome
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee
from tests.callback.centre import NUMBER, RULES, Centre

MACHINE = "machine"
"""Somebody answers, and the agent says that it is a machine."""


@dataclass(frozen=True)
class Row:
    """How the customer's phone behaves at each try, and what comes of it."""

    tries: tuple[Callee | str, ...]
    outcomes: tuple[Outcome, ...]
    state: State


TABLE = {
    "answers": Row((Callee.ANSWERS,), (Outcome.ANSWERED,), State.DONE),
    "nobody answers": Row((Callee.RINGS,) * 3, (Outcome.NO_ANSWER,) * 3, State.UNREACHED),
    "busy": Row((Callee.IS_BUSY,) * 3, (Outcome.BUSY,) * 3, State.UNREACHED),
    "declines": Row((Callee.DECLINES,), (Outcome.DECLINED,), State.UNREACHED),
    "wrong number": Row((Callee.IS_AWAY,) * 3, (Outcome.FAILED,) * 3, State.UNREACHED),
    "machine": Row((MACHINE,) * 3, (Outcome.MACHINE,) * 3, State.UNREACHED),
    "no answer, busy, there": Row(
        (Callee.RINGS, Callee.IS_BUSY, Callee.ANSWERS),
        (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.ANSWERED),
        State.DONE,
    ),
    "machine, then there": Row(
        (MACHINE, Callee.ANSWERS), (Outcome.MACHINE, Outcome.ANSWERED), State.DONE
    ),
}


@pytest.mark.parametrize("mode", ["agent_first", "customer_first"])
@pytest.mark.parametrize("what", TABLE)
def test_outcomes_with_their_attempts_and_times(mode: str, what: str) -> None:
    row = TABLE[what]

    @in_virtual_time
    async def story() -> None:
        centre = await Centre({"mode": mode, "tries": 3}).open()
        request = centre.asks()
        for phone in row.tries:
            await attempt(centre, request, mode, phone)
            await asyncio.sleep(40)
            assert centre.agent() is AgentState.READY, "whoever was kept for it is free"
        await asyncio.sleep(100_000)
        done = centre.request(request)
        assert (tuple(centre.outcomes(request)), done.state) == (row.outcomes, row.state)
        assert len(centre.pool.workers) == len(row.tries), "nobody is called once more"
        rules = Rules(**{**RULES, "mode": mode})
        for before, after in zip(done.attempts, done.attempts[1:], strict=False):
            assert before.ended_at is not None and before.outcome is not None
            rest = rest_s(before.outcome, rules)
            assert rest <= after.at - before.ended_at < rest + 20
        rang = [30.0 if one is Callee.RINGS else 0.0 for one in row.tries]
        lasted = [(one.ended_at or 0.0) - one.at for one in done.attempts]
        assert lasted == pytest.approx(rang, abs=5)

    story()


async def attempt(centre: Centre, request: str, mode: str, phone: Callee | str) -> None:
    """One call: the agent's phone is always answered."""
    customer = Callee.ANSWERS if isinstance(phone, str) else phone
    if mode == "agent_first":
        centre.pool.callee = Callee.ANSWERS
        worker = await centre.agent_answers(customer)
    else:
        centre.pool.callee = customer
        worker = await centre.pool.taken(within=1e6)
        dialled = await worker.sent(do.DialLeg, within=60)
        assert (dialled.leg, dialled.targets[0].uri) == (Leg.CUSTOMER, f"sip:{NUMBER}@provider")
    await asyncio.sleep(3)
    if phone == MACHINE:
        centre.desk.requests.machine(request)
    elif customer is Callee.ANSWERS:
        worker.hang_up(Leg.CUSTOMER)
