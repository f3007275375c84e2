"""What to do about the requests of a queue now (pure): who stands in the queue beside the callers
on the line, who is let go, and when to look again.

Who stands in the queue has the place their time of entry and priority give, and the distribution
(``acd``) offers them to an agent in their turn: so nobody overtakes anybody by being called back.
Everybody who must not be called now (too early, too late in the evening, just tried, on the line
with us) does not stand there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo

from callserver.acd.entry import place_of
from callserver.callback.hours import clocks, may_call
from callserver.callback.share import Share
from callserver.config.callbacks import Callbacks as Rules
from callserver.config.opening import openings
from callserver.model.callback import Callback, CallbackState, CallbackWhy, Outcome

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A queue now: so many ``callers`` wait on the line, ``idle`` agents are ready and ``agents``
    there at all. ``busy`` are numbers that are on the line with us, ``barred`` those that cannot be
    dialled now. ``priority_s`` as in ``routing``; ``here`` is our own clock."""

    callers: int
    idle: int
    agents: int
    share: Share
    here: tzinfo
    priority_s: float
    busy: Collection[str] = frozenset()
    barred: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """``stand`` in the queue, soonest first; ``due`` are all who could, were there room. ``close``
    are over, each with its final state. ``look_at`` is when time alone changes something."""

    stand: tuple[str, ...] = ()
    due: int = 0
    close: tuple[tuple[str, CallbackState], ...] = ()
    look_at: float | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now; ``until`` None: something else must happen first."""

    until: float | None


Verdict = CallbackState | Wait | None
"""A final state, not now, or (None) now."""


def rest_s(outcome: Outcome, rules: Rules) -> float:
    """How long to wait after an attempt; 0: there is no other one."""
    return {
        Outcome.BUSY: rules.busy_s,
        Outcome.NO_ANSWER: rules.no_answer_s,
        Outcome.DECLINED: rules.declined_s,
        Outcome.MACHINE: rules.machine_s,
        Outcome.LEFT: rules.left_s,
        Outcome.FAILED: rules.failed_s,
        Outcome.ANSWERED: 0.0,
    }[outcome]


def expires_at(one: Callback, rules: Rules) -> float:
    """When it is too late to call."""
    if one.not_after is not None:
        return one.not_after
    return max(one.at, one.not_before or one.at) + rules.expires_s


def verdict(one: Callback, rules: Rules, here: tzinfo, now: float) -> Verdict:
    """Whether somebody may be called now, as far as they themselves go."""
    if one.in_hand:
        return Wait(None)
    earliest = one.not_before or one.at
    if one.attempts:
        last = one.attempts[-1]
        rest = rest_s(last.outcome or Outcome.FAILED, rules)
        if not rest or len(one.attempts) >= rules.tries:
            answered = last.outcome is Outcome.ANSWERED
            return CallbackState.DONE if answered else CallbackState.UNREACHED
        earliest = max(earliest, (last.ended_at or last.at) + rest)
    expires = expires_at(one, rules)
    if now >= expires or earliest >= expires:
        return CallbackState.EXPIRED
    if earliest > now:
        return Wait(earliest)
    awake_at = one.entered_at if one.why is CallbackWhy.ABANDONED else one.at
    asked = one.not_before is not None or now < awake_at + rules.awake_s
    if not asked and not may_call(openings(rules.hours), clocks(one.number, here), now):
        return Wait(min(expires, now - now % MINUTE_S + MINUTE_S))
    return None


def plan(requests: Iterable[Callback], scene: Scene, rules: Rules, now: float) -> Plan:
    """For all open requests of a queue. Those whose customer is being called are left alone."""
    if rules.mode == "by_hand":
        return Plan()
    due: list[Callback] = []
    made, times = Plan(), []
    for one in requests:
        found = verdict(one, rules, scene.here, now)
        if isinstance(found, CallbackState):
            made = replace(made, close=(*made.close, (one.call, found)))
            continue
        if isinstance(found, Wait):
            times += [] if found.until is None else [found.until]
            continue
        times.append(expires_at(one, rules))
        if one.number not in scene.busy and one.number not in scene.barred:
            due.append(one)
    due.sort(key=lambda one: (*place_of(one.priority, one.entered_at, 0, scene.priority_s), one.at))
    room = scene.share.room(scene.callers, scene.idle, scene.agents)
    stand = tuple(one.call for one in due[:room])
    return replace(made, stand=stand, due=len(due), look_at=min(times, default=None))
