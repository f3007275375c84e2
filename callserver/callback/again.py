"""A call to somebody who is called back, after a restart (pure): the journal knows what was begun,
the worker what came of it.

An attempt that is on record is never made again: it goes on where the customer's phone rings or
was answered, and is closed where it is over, or where nobody can say. One that is not on record
has not reached the customer, because it is on disk before anything is sent.
"""

from dataclasses import replace

from callserver.call import reconcile as usual
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.callback.outcome import outcome_of
from callserver.model import callback_facts as b
from callserver.model import facts as f
from callserver.model.answering import Answerer
from callserver.model.call import Leg, Phase
from callserver.model.callback import CallbackState, Outcome
from callserver.model.events import LegEnded, WorkerReturned


def reconcile(
    before: OpenCall, returned: WorkerReturned, *, customer_first: bool, no_machines: bool
) -> Now:
    """Where the call is now. Phase ringing: it rings at the customer's, ``agent`` is reserved;
    flow: it is over. ``no_machines``: so it is when a machine has answered."""
    found = before.place.answerer
    judged = [one for one in returned.judged if found is None and one.leg is Leg.CUSTOMER]
    machine = Answerer.MACHINE in (found, *(one.answerer for one in judged))
    now = _reconcile(before, returned, customer_first, no_machines and machine)
    told = [
        b.AnswerJudged(before.record.id, one.at, one.answerer, one.sign, one.after_s)
        for one in judged
    ]
    return replace(now, facts=(*told, *now.facts))


def _reconcile(
    before: OpenCall, returned: WorkerReturned, customer_first: bool, machine: bool
) -> Now:
    call, place = before.record.id, before.place
    request, agent = place.callback or "", place.reserved
    if place.agent is not None or place.talk is not None:
        return usual.reconcile(before, returned)
    if agent is None:
        talked = before.record.answered_at is not None
        return usual.reconcile(before, returned) if talked else _over()
    answered = [one for one in returned.answered if one.leg is Leg.CUSTOMER]
    gone = next((one for one in returned.ended if one.leg is Leg.CUSTOMER), None)
    there = customer_first or _alive(Leg.AGENT, returned)
    if not answered:
        if gone is None and there and Leg.CUSTOMER in returned.ringing:
            return Now(Phase.RINGING, agent, (), False, None, ())
        outcome = Outcome.FAILED if gone is None else outcome_of(gone.end)
        at = returned.at if gone is None else gone.at
        return _over(*_left(before, gone), b.CallbackEnded(call, at, request, outcome))
    at = answered[0].at
    up = () if before.record.answered_at is not None else (f.CallAnswered(call, at),)
    if customer_first:
        now = usual.reconcile(before, returned)
        talked = now.taken_by is not None
        if machine and not talked:
            tried = b.CallbackEnded(call, at, request, Outcome.MACHINE)
            return _over(*up, tried, *_left(before, gone))
        done = _done(call, request, at) if talked else ()
        return replace(now, facts=(*up, *now.facts, *done))
    facts = (*up, *_done(call, request, at), f.AgentAnswered(call, at, agent))
    ended = next((one for one in returned.ended if one.leg is Leg.AGENT and not one.who), None)
    if ended is not None:
        facts = (*facts, f.AgentFinished(call, ended.at, agent), *_left(before, gone))
        return Now(Phase.FLOW, None, (), False, gone, facts)
    return Now(Phase.TALKING, agent, (), False, gone, (*facts, *_left(before, gone)))


def _over(*facts: f.Fact) -> Now:
    return Now(Phase.FLOW, None, (), False, None, facts)


def _alive(leg: Leg, returned: WorkerReturned) -> bool:
    answered = max((one.at for one in returned.answered if one.leg is leg), default=None)
    ended = [one for one in returned.ended if one.leg is leg and not one.who]
    return answered is not None and not any(one.at >= answered for one in ended)


def _done(call: str, request: str, at: float) -> tuple[f.Fact, ...]:
    ended = b.CallbackEnded(call, at, request, Outcome.ANSWERED)
    return (ended, b.CallbackClosed(request, at, CallbackState.DONE))


def _left(before: OpenCall, gone: LegEnded | None) -> tuple[f.Fact, ...]:
    """The end of the customer's leg, unless it is on record."""
    if gone is None or any(leg.leg is Leg.CUSTOMER for leg in before.record.legs):
        return ()
    told = (gone.leg, None, gone.end, gone.code, gone.stats)
    return (f.LegReleased(before.record.id, gone.at, *told),)
