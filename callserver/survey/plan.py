"""Who is asked, and when (pure)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo

from callserver.callback.hours import clocks, may_call
from callserver.config.opening import openings
from callserver.config.survey import SurveyCalls as Rules
from callserver.model.call import Ending, Reason, Result
from callserver.model.facts import Fact
from callserver.model.record import CallRecord
from callserver.model.survey import Survey, SurveyState
from callserver.model.survey_facts import SurveyClosed, SurveyPlanned, SurveyStarted

DAY_S = 86_400.0
MINUTE_S = 60.0
OPEN = frozenset({SurveyState.PLANNED, SurveyState.CALLING})

_WAYS = {
    Reason.CALLEE_BUSY: SurveyState.BUSY,
    Reason.CALLEE_DECLINED: SurveyState.DECLINED,
    Reason.NO_ANSWER: SurveyState.NO_ANSWER,
}


def chosen(call: str, share: float) -> bool:
    """Whether this call is in the share; always the same for the same call."""
    digest = hashlib.sha256(call.encode()).digest()
    return int.from_bytes(digest[:6], "big") < share * 2**48


def eligible(record: CallRecord, ending: Ending, rules: Rules) -> bool:
    """Whether the customer of a call that ended so may be asked about it."""
    served = ending.result in (Result.ANSWERED, Result.TRANSFERRED)
    talked = record.agent is not None and record.talked_s >= rules.least_talk_s
    return served and talked and not record.survey and chosen(record.id, rules.share)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now, but then."""

    until: float


def verdict(
    one: Survey, rules: Rules, last_asked: float | None, here: tzinfo, now: float
) -> SurveyState | Wait | None:
    """What to do about somebody who is to be asked: a final state, not now, or (None) now."""
    expires = one.due_at + rules.expires_s
    if now >= expires:
        return SurveyState.EXPIRED
    if last_asked is not None and now - last_asked < rules.every_days * DAY_S:
        return SurveyState.ASKED_LATELY
    if now < one.due_at:
        return Wait(one.due_at)
    if not may_call(openings(rules.hours), clocks(one.number, here), now):
        return Wait(min(expires, now - now % MINUTE_S + MINUTE_S))
    return None


def came_to(record: CallRecord, ending: Ending) -> SurveyState:
    """What a call that asked has come to."""
    if record.survey:
        return SurveyState.ANSWERED
    if record.answered_at is not None:
        return SurveyState.REACHED
    return _WAYS.get(ending.reason, SurveyState.FAILED)


def follow(one: Survey | None, fact: Fact) -> Survey | None:
    """A survey after this fact; None: there is none."""
    match fact:
        case SurveyPlanned() if one is None:
            who = (fact.number, fact.name, fact.line, fact.queue, fact.agent, fact.language)
            return Survey(fact.call, fact.at, *who, fact.due_at)
        case SurveyStarted() if one is not None and one.made is None:
            made = {"made": fact.call, "made_at": fact.at}
            return replace(one, state=SurveyState.CALLING, **made)  # type: ignore[arg-type]
        case SurveyClosed() if one is not None and one.state in OPEN:
            return replace(one, state=fact.state, closed_at=fact.at)
        case _:
            return one


def survey_of(fact: Fact) -> str | None:
    """The name of the survey a fact is about; None: none."""
    match fact:
        case SurveyPlanned() | SurveyClosed():
            return fact.call
        case SurveyStarted():
            return fact.of
        case _:
            return None


def folded(known: dict[str, Survey], facts: Iterable[Fact]) -> dict[str, Survey]:
    """The surveys that these facts change, as they are then; ``known`` are those of before."""
    changed: dict[str, Survey] = {}
    for fact in facts:
        name = survey_of(fact)
        if name is None:
            continue
        after = follow(changed.get(name) or known.get(name), fact)
        if after is not None:
            changed[name] = after
    return changed
