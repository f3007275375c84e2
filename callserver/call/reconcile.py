"""A call after a restart (pure): the journal knows its place, the worker its legs.

What the worker saw and the last controller did not live to journal becomes facts now, with the
times at which it happened.
"""

from dataclasses import dataclass

from callserver.call.dialled import Dialled, answer
from callserver.call.restore import OpenCall
from callserver.call.talk import Talk
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Leg, Phase
from callserver.model.dial import came_to, nearest
from callserver.model.events import LegAnswered, LegEnd, LegEnded, WorkerReturned
from callserver.model.talk import agent_of


@dataclass(frozen=True, slots=True)
class Now:
    """Where the call is now, and the facts that bring the journal there. ``agent`` is being rung
    or talked with, as ``phase`` says. Of those who were rung, ``rung`` still are, ``missed`` did
    not take the call while nobody looked, ``taken_by`` did, and of ``lost`` nothing came to the
    worker. ``stray``: legs or rung phones of agents that the journal knows nothing of, to be hung
    up. ``events`` are what happened meanwhile to the legs of a conversation of more than two, for
    it to act on."""

    phase: Phase
    agent: str | None
    missed: tuple[LegEnded, ...]
    stray: bool
    customer_gone: LegEnded | None
    facts: tuple[f.Fact, ...]
    events: tuple[LegAnswered | LegEnded, ...] = ()
    rung: tuple[str, ...] = ()
    taken_by: str | None = None
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What the journal has not seen of the leg to the agents: who answered it, the end of that, and
    the ends of those who were rung."""

    answered: LegAnswered | None
    ended: LegEnded | None
    rung: tuple[LegEnded, ...]

    @property
    def alive(self) -> bool:
        return self.answered is not None and self.ended is None


def _attempt(seen_endings: int, returned: WorkerReturned) -> _Attempt:
    ended = [one for one in returned.ended if one.leg is Leg.AGENT]
    seen, unseen = ended[:seen_endings], ended[seen_endings:]
    since = max((one.at for one in seen if not one.who), default=0.0)
    end = next((one for one in unseen if not one.who), None)
    answered = [
        one
        for one in returned.answered
        if one.leg is Leg.AGENT and since <= one.at and (end is None or one.at <= end.at)
    ]
    rung = tuple(one for one in unseen if one.who)
    return _Attempt(answered[-1] if answered else None, end, rung)


def reconcile(before: OpenCall, returned: WorkerReturned) -> Now:
    """Bring journal and worker together."""
    record, place = before.record, before.place
    call, agent, phase = record.id, place.agent, record.phase
    dialled = place.dialled
    if place.talk is not None and (dialled is not None or not place.talk.is_plain):
        return _conversation(before, place.talk, returned)
    if dialled is not None and dialled.rung:
        return _dialling(before, dialled, returned)
    facts: list[f.Fact] = []
    customer = [one for one in returned.answered if one.leg is Leg.CUSTOMER]
    if phase is Phase.ARRIVING and customer:
        facts.append(f.CallAnswered(call, customer[0].at))
        phase = Phase.FLOW
    attempt = _attempt(sum(leg.leg is Leg.AGENT for leg in record.legs), returned)
    took = attempt.answered if attempt.answered and attempt.answered.who in place.rung else None
    if took is not None:
        waited = took.at - (place.entered_at or took.at)
        facts.append(f.AgentAnswered(call, took.at, took.who))
        facts.append(f.QueueLeft(call, took.at, place.queue or "", waited))
        phase, agent = Phase.TALKING, took.who
    facts += _holds(call, returned)
    missed: list[LegEnded] = []
    for one in attempt.rung:
        facts.append(_released(call, one, one.who))
        if one.who in place.rung and one.end is not LegEnd.RELEASED:
            missed.append(one)
            facts.append(f.AgentMissed(call, one.at, one.who, one.end))
    if attempt.ended is not None:
        facts.append(_released(call, attempt.ended, agent))
    dead = phase is Phase.TALKING and agent is not None and not attempt.alive
    if dead and agent is not None:
        at = attempt.ended.at if attempt.ended else returned.at
        facts.append(f.AgentFinished(call, at, agent))
        phase, agent = Phase.FLOW, None
    unknown = any(who not in place.rung for who in returned.rung)
    stray = phase is not Phase.TALKING and (attempt.alive or unknown)
    rung: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    if phase in (Phase.QUEUED, Phase.RINGING):
        gone = {one.who for one in missed}
        rung = () if stray else tuple(one for one in place.rung if one in returned.rung)
        lost = tuple(one for one in place.rung if one not in rung and one not in gone)
        phase = Phase.RINGING if rung else Phase.QUEUED
        agent = rung[0] if rung else None
    left = next((one for one in returned.ended if one.leg is Leg.CUSTOMER), None)
    if left is not None and not any(leg.leg is Leg.CUSTOMER for leg in record.legs):
        facts.append(_released(call, left, None))
    taken_by = took.who if took is not None else None
    told = tuple(facts)
    return Now(phase, agent, tuple(missed), stray, left, told, (), rung, taken_by, lost)


def _conversation(before: OpenCall, talk: Talk, returned: WorkerReturned) -> Now:
    """One of more than two: what its legs did meanwhile it hears itself."""
    call, facts = before.record.id, _holds(before.record.id, returned)
    happened: list[LegAnswered | LegEnded] = []
    gone: LegEnded | None = None
    for leg in Leg:
        ended = [one for one in returned.ended if one.leg is leg]
        unseen = ended[sum(one.leg is leg for one in before.record.legs) :]
        agent = talk.agent if leg is talk.seat else None
        facts += [_released(call, one, agent) for one in unseen]
        if leg is Leg.CUSTOMER:
            gone = ended[-1] if ended else None
            continue
        over_at = ended[-1].at if ended else 0.0
        happened += unseen
        happened += [one for one in returned.answered if one.leg is leg and one.at >= over_at]
    happened.sort(key=lambda one: one.at)
    return Now(Phase.TALKING, talk.agent, (), False, gone, tuple(facts), tuple(happened))


def _dialling(before: OpenCall, dialled: Dialled, returned: WorkerReturned) -> Now:
    """A flow calls somebody for its caller."""
    call = before.record.id
    attempt = _attempt(sum(leg.leg is Leg.AGENT for leg in before.record.legs), returned)
    took, customer = attempt.answered, _customer_left(before, returned)
    target = next((one for one in dialled.rung if took is not None and one.who == took.who), None)
    agent = None if target is None else target.agent
    facts = [] if took is None or target is None else [*answer(call, took.at, target)]
    facts += _holds(call, returned)
    facts += [_released(call, one, agent_of(one.who)) for one in attempt.rung]
    facts += [] if attempt.ended is None else [_released(call, attempt.ended, agent)]
    phase, known = Phase.RINGING, {one.who for one in dialled.rung}
    unseen = took is not None and target is None and attempt.alive
    stray = unseen or not known.issuperset(returned.rung)  # of a round that was not journaled
    if target is not None:
        phase = Phase.TALKING
    elif stray or known.isdisjoint(returned.rung):
        phase = Phase.FLOW
        ends = [one for one in returned.ended if one.who and one.at >= dialled.since]
        if ends:  # else the order to ring died with the controller
            why = nearest(came_to(one.end) for one in ends)
            facts.append(t.DialMissed(call, ends[-1].at, why))
    facts += [] if customer is None else [_released(call, customer, None)]
    hung_up = () if target is None or attempt.ended is None else (attempt.ended,)
    return Now(phase, agent, (), stray, customer, tuple(facts), hung_up)


def _customer_left(before: OpenCall, returned: WorkerReturned) -> LegEnded | None:
    """The end of the customer's leg, if the journal has not seen it."""
    if any(leg.leg is Leg.CUSTOMER for leg in before.record.legs):
        return None
    return next((one for one in returned.ended if one.leg is Leg.CUSTOMER), None)


def _released(call: str, end: LegEnded, agent: str | None) -> f.LegReleased:
    who = agent if end.leg is Leg.AGENT else None
    return f.LegReleased(call, end.at, end.leg, who, end.end, end.code, end.stats)


def _holds(call: str, returned: WorkerReturned) -> list[f.Fact]:
    holds: list[f.HoldStarted | f.HoldEnded] = [
        *(f.HoldStarted(call, one.at, one.leg) for one in returned.held),
        *(f.HoldEnded(call, one.at, one.leg) for one in returned.resumed),
    ]
    return [*sorted(holds, key=lambda fact: fact.at)]
