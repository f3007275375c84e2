"""A call after a restart (pure): the journal knows its place, the worker its legs.

What the worker saw and the last controller did not live to journal becomes facts now, with the
times at which it happened.
"""

from dataclasses import dataclass

from callserver.call.restore import OpenCall
from callserver.call.talk import Talk
from callserver.model import facts as f
from callserver.model.call import Leg, Phase
from callserver.model.events import LegAnswered, LegEnded, WorkerReturned


@dataclass(frozen=True, slots=True)
class Now:
    """Where the call is now, and the facts that bring the journal there. ``agent`` is being rung
    or talked with, as ``phase`` says; ``missed`` did not take the call while nobody looked.
    ``stray``: a leg to an agent that the journal knows nothing of, to be hung up. ``events`` are
    what happened meanwhile to the legs of a conversation of more than two, for it to act on."""

    phase: Phase
    agent: str | None
    missed: LegEnded | None
    stray: bool
    customer_gone: LegEnded | None
    facts: tuple[f.Fact, ...]
    events: tuple[LegAnswered | LegEnded, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The leg to the agent that the journal has not seen the end of."""

    answered: LegAnswered | None
    ended: LegEnded | None
    alive: bool


def _attempt(seen_endings: int, returned: WorkerReturned) -> _Attempt:
    ended = [one for one in returned.ended if one.leg is Leg.AGENT]
    since = ended[seen_endings - 1].at if 0 < seen_endings <= len(ended) else 0.0
    end = ended[seen_endings] if seen_endings < len(ended) else None
    answered = [
        one
        for one in returned.answered
        if one.leg is Leg.AGENT and since <= one.at and (end is None or one.at <= end.at)
    ]
    alive = end is None and (bool(answered) or Leg.AGENT in returned.ringing)
    return _Attempt(answered[-1] if answered else None, end, alive)


def reconcile(before: OpenCall, returned: WorkerReturned) -> Now:
    """Bring journal and worker together."""
    record, place = before.record, before.place
    call, agent, phase = record.id, place.agent, record.phase
    if place.talk is not None and not place.talk.is_plain:
        return _conversation(before, place.talk, returned)
    facts: list[f.Fact] = []
    missed: LegEnded | None = None
    customer = [one for one in returned.answered if one.leg is Leg.CUSTOMER]
    if phase is Phase.ARRIVING and customer:
        facts.append(f.CallAnswered(call, customer[0].at))
        phase = Phase.FLOW
    seen = sum(leg.leg is Leg.AGENT for leg in record.legs)
    attempt = _attempt(seen, returned)
    if phase is Phase.RINGING and agent is not None and attempt.answered is not None:
        at = attempt.answered.at
        waited = at - (place.entered_at or at)
        facts.append(f.AgentAnswered(call, at, agent))
        facts.append(f.QueueLeft(call, at, place.queue or "", waited))
        phase = Phase.TALKING
    facts += _holds(call, returned)
    if attempt.ended is not None:
        facts.append(_released(call, attempt.ended, agent))
    if phase is Phase.TALKING and agent is not None and not attempt.alive:
        at = attempt.ended.at if attempt.ended else returned.at
        facts.append(f.AgentFinished(call, at, agent))
        phase, agent = Phase.FLOW, None
    elif phase is Phase.RINGING and not attempt.alive:
        missed = attempt.ended
        if missed is not None and agent is not None:
            facts.append(f.AgentMissed(call, missed.at, agent, missed.end))
        phase, agent = Phase.QUEUED, None
    gone = next((one for one in returned.ended if one.leg is Leg.CUSTOMER), None)
    if gone is not None and not any(leg.leg is Leg.CUSTOMER for leg in record.legs):
        facts.append(_released(call, gone, None))
    calm = phase not in (Phase.RINGING, Phase.TALKING)
    return Now(phase, agent, missed, attempt.alive and calm, gone, tuple(facts))


def _conversation(before: OpenCall, talk: Talk, returned: WorkerReturned) -> Now:
    """One of more than two: what its legs did meanwhile it hears itself."""
    call, facts = before.record.id, _holds(before.record.id, returned)
    happened: list[LegAnswered | LegEnded] = []
    gone: LegEnded | None = None
    for leg in Leg:
        ended = [one for one in returned.ended if one.leg is leg]
        unseen = ended[sum(one.leg is leg for one in before.record.legs) :]
        facts += [_released(call, one, None) for one in unseen]
        if leg is Leg.CUSTOMER:
            gone = ended[-1] if ended else None
            continue
        over_at = ended[-1].at if ended else 0.0
        happened += unseen
        happened += [one for one in returned.answered if one.leg is leg and one.at >= over_at]
    happened.sort(key=lambda one: one.at)
    return Now(Phase.TALKING, talk.agent, None, False, gone, tuple(facts), tuple(happened))


def _released(call: str, end: LegEnded, agent: str | None) -> f.LegReleased:
    who = agent if end.leg is Leg.AGENT else None
    return f.LegReleased(call, end.at, end.leg, who, end.end, end.code, end.stats)


def _holds(call: str, returned: WorkerReturned) -> list[f.Fact]:
    holds: list[f.HoldStarted | f.HoldEnded] = [
        *(f.HoldStarted(call, one.at, one.leg) for one in returned.held),
        *(f.HoldEnded(call, one.at, one.leg) for one in returned.resumed),
    ]
    return [*sorted(holds, key=lambda fact: fact.at)]
