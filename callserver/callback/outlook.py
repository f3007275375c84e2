"""What somebody who is to be called back can be told: how far it is, and when (pure)."""

from collections.abc import Collection, Iterable
from datetime import tzinfo

from callserver.acd.entry import place_of
from callserver.callback.hours import clocks, may_call
from callserver.callback.plan import Wait as NotNow
from callserver.callback.plan import expires_at, verdict
from callserver.config.callbacks import Callbacks as Rules
from callserver.config.opening import openings
from callserver.model.callback import Callback, CallbackState, Outlook, Prospect
from callserver.model.live import WaitingView
from callserver.model.overflow import Wait

STEP_S = 900
WEEK_S = 7 * 86_400

_ENDS = {
    CallbackState.DONE: Prospect.DONE,
    CallbackState.RETURNED: Prospect.DONE,
    CallbackState.UNREACHED: Prospect.UNREACHED,
    CallbackState.TOLD: Prospect.UNREACHED,
    CallbackState.EXPIRED: Prospect.EXPIRED,
    CallbackState.CANCELLED: Prospect.CANCELLED,
    CallbackState.DISMISSED: Prospect.CANCELLED,
}


def place(
    one: Callback, others: Iterable[Callback], callers: Collection[WaitingView], priority_s: float
) -> int:
    """About how many are served until it is their turn, themselves included: callers on the line
    and ``others`` who are to be called back, as far as they came before."""
    own = place_of(one.priority, one.entered_at, 0, priority_s)
    before = [(other.priority, other.entered_at) for other in others if other.call != one.call]
    before += [(caller.priority, caller.entered_at) for caller in callers if not caller.callback]
    return 1 + sum(place_of(*each, 0, priority_s) < own for each in before)


def outlook(
    one: Callback,
    wait_with: Callback,
    at: int,
    wait: Wait | None,
    rules: Rules,
    here: tzinfo,
    now: float,
) -> Outlook:
    """For a request at a place, where one waits so long; ``wait_with`` is the one it was merged
    into, or itself."""
    state = one.state if one.state is not CallbackState.MERGED else wait_with.state
    if state in _ENDS:
        return Outlook(_ENDS[state])
    if wait_with.in_hand:
        return Outlook(Prospect.CALLING)
    found = verdict(wait_with, rules, here, now)
    if isinstance(found, CallbackState):
        return Outlook(_ENDS[found])
    latest = wait_with.not_after
    if isinstance(found, NotNow):
        until = found.until or now
        earliest = _callable_from(wait_with, rules, here, until)
        return Outlook(Prospect.SCHEDULED, None, earliest, latest)
    if wait is None:
        return Outlook(Prospect.WAITING, at, None, latest)
    last = min(now + wait.high, expires_at(wait_with, rules))
    return Outlook(Prospect.WAITING, at, min(now + wait.low, last), last)


def _callable_from(one: Callback, rules: Rules, here: tzinfo, since: float) -> float | None:
    """When it is a decent time for them, from then on; None: not within a week."""
    if one.not_before is not None:
        return since
    where, when = clocks(one.number, here), openings(rules.hours)
    steps = range(WEEK_S // STEP_S)
    quarter = since - since % STEP_S
    times = (since, *(quarter + STEP_S * (n + 1) for n in steps))
    return next((at for at in times if may_call(when, where, at)), None)
