"""The conductor: hears which calls end, plans whom to ask, and makes the calls one after the
other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from callserver import log
from callserver.call.directory import Callee, TollDenied
from callserver.call.restore import OpenCall, Restored
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.toll import Refusal
from callserver.config.outgoing import zone
from callserver.config.survey import SurveyCalls as Rules
from callserver.ivr.flow import Flow
from callserver.model import facts as f
from callserver.model.call import Arrival
from callserver.model.caller_facts import SurveyAnswered
from callserver.model.errors import NotAllowed, NoWorker, StoreError, UnknownName
from callserver.model.ids import new_id
from callserver.model.survey import Survey, SurveyState, SurveyStore
from callserver.model.survey_facts import SurveyAsked, SurveyClosed, SurveyPlanned
from callserver.model.talk import Target, TargetKind
from callserver.runtime import Tasks
from callserver.survey.plan import OPEN, Wait, eligible, folded, verdict
from callserver.survey.session import SurveySession, asker

_log = log.get("survey")

AGAIN_S = 60.0  # what does not go now is looked at again
PASSING = frozenset(
    {
        *(Refusal.HOURS, Refusal.AT_ONCE, Refusal.PER_HOUR, Refusal.PER_DAY),
        *(Refusal.LINE_AT_ONCE, Refusal.LINE_PER_HOUR, Refusal.LINE_PER_DAY),
    }
)
"""Refusals that time heals."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a running call tells: its language, and whether a question was put in it."""

    language: str = ""
    asked: bool = False


class Surveys:
    """One per controller. ``flow`` finds a flow by name and version, ``begin`` gives a session a
    worker and lets it go."""

    def __init__(
        self,
        house: Services,
        store: SurveyStore,
        flow: Callable[[str, str | None], Flow],
        begin: Callable[[Session], Awaitable[None]],
    ) -> None:
        self._house = house
        self._store = store
        self._flow = flow
        self._begin = begin
        self._rules = {
            name: queue.survey for name, queue in house.config.queues.items() if queue.survey.share
        }
        self._here = zone(house.config.outgoing.timezone)
        self._open: dict[str, Survey] = {}
        self._calls: dict[str, SurveySession] = {}
        self._heard: dict[str, _Heard] = {}
        self._wake = asyncio.Event()
        self._tasks = Tasks("surveys")

    # --- life -----------------------------------------------------------------------------------

    async def load(self, before: Restored) -> None:
        """What the store knows, and the facts that come after it. Raises ``StoreError``."""
        known = {one.call: one for one in await self._store.open_surveys()}
        for call in before.calls:
            name = call.place.survey
            one = await self._store.survey(name) if name and name not in known else None
            if one is not None:
                known[one.call] = one
        self._take({**known, **folded(known, before.later)})

    def start(self) -> None:
        """Calls of the last controller that survived are back. What it was about to do is over."""
        for one in tuple(self._open.values()):
            if one.state is SurveyState.CALLING and one.call not in self._calls:
                self._close(one, SurveyState.FAILED)
        self._tasks.start("ask", self._ask())

    async def stop(self) -> None:
        """Nobody is called any more; calls that run go on."""
        await self._tasks.close()

    # --- what happens ---------------------------------------------------------------------------

    def on_fact(self, fact: f.Fact) -> None:
        """A listener of the bus."""
        metrics = self._house.metrics.surveys
        match fact:
            case f.LanguageChosen() if self._rules:
                self._heard[fact.call] = replace(self._of(fact.call), language=fact.language)
            case SurveyAsked():
                metrics.questions.labels("asked").inc()
                self._heard[fact.call] = replace(self._of(fact.call), asked=True)
            case SurveyAnswered():
                metrics.questions.labels("answered").inc()
            case f.CallEnded():
                self._plan(fact, self._heard.pop(fact.call, _Heard()))
            case SurveyClosed():
                metrics.calls.labels(fact.state).inc()
                self._calls.pop(fact.call, None)
        self._take(folded(self._open, (fact,)))

    def _of(self, call: str) -> _Heard:
        return self._heard.get(call, _Heard())

    def _take(self, changed: Mapping[str, Survey]) -> None:
        for name, one in changed.items():
            self._open.pop(name, None)
            if one.state in OPEN:
                self._open[name] = one
        if changed:
            self._wake.set()

    def _plan(self, fact: f.CallEnded, heard: _Heard) -> None:
        house, record = self._house, self._house.journal.record(fact.call)
        if record is None or heard.asked or record.agent is None or record.queue is None:
            return
        rules = self._rules.get(record.queue)
        if rules is None or not eligible(record, fact.ending, rules):
            return
        number = house.directory.dialable(record.number)
        if number is None or house.directory.spares(number):
            return
        line = house.config.lines.get(record.line)
        language = heard.language or (line.language if line else None) or ""
        who = (number, record.name, record.line, record.queue, record.agent, language)
        house.journal.note(SurveyPlanned(fact.call, fact.at, *who, fact.at + rules.after_s))

    # --- asking ---------------------------------------------------------------------------------

    async def _ask(self) -> None:
        """For ever: whose time has come is called."""
        while True:
            self._wake.clear()
            nap_s: float | None = AGAIN_S
            try:
                nap_s = await self._round()
            except StoreError as error:
                _log.warning("surveys_wait", error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(nap_s):
                    await self._wake.wait()

    async def _round(self) -> float | None:
        """One look at all; how long until the next one (None: until something happens)."""
        soonest = self._house.clock.now() + AGAIN_S
        for one in sorted(self._open.values(), key=lambda one: one.due_at):
            now, rules = self._house.clock.now(), self._rules.get(one.queue)
            if one.state is not SurveyState.PLANNED or one.call not in self._open:
                continue
            if rules is None:  # nobody asks for this queue any more
                self._close(one, SurveyState.EXPIRED)
                continue
            if now < one.due_at:
                soonest = min(soonest, one.due_at)
                continue
            found = verdict(one, rules, None, self._here, now)
            if found is None and self._has_room(one, rules):
                last = await self._store.last_asked(one.number)
                found = verdict(one, rules, last, self._here, now)
                if found is None:
                    await self._call(one, rules)
            if isinstance(found, SurveyState):
                self._close(one, found)
            elif isinstance(found, Wait):
                soonest = min(soonest, found.until)
        return max(soonest - self._house.clock.now(), 0.0) if self._open else None

    def _has_room(self, one: Survey, rules: Rules) -> bool:
        """Whether they may be called beside those who are; who waits to be called back is not
        asked before."""
        running = self._calls.values()
        here = sum(session.survey.queue == one.queue for session in running)
        twice = any(session.survey.number == one.number for session in running)
        waits = self._house.held(one.queue, one.number) is not None
        return here < rules.calls_at_once and not twice and not waits

    async def _call(self, one: Survey, rules: Rules) -> None:
        try:
            callee = self._callee(one)
            flow = self._flow(rules.flow, None)
        except TollDenied as error:
            if error.reason not in PASSING:
                self._close(one, SurveyState.NOT_ALLOWED)
            return
        except (NotAllowed, UnknownName) as error:
            _log.warning("cannot_ask", call=one.call, why=str(error))
            return
        session = self._session(new_id(), one, flow, callee, callee.trunk)
        self._calls[one.call] = session
        try:
            await self._begin(session)
        except NoWorker:  # callers come first
            del self._calls[one.call]

    def again(self, before: OpenCall) -> Session | None:
        """The session of a call of the last controller; None: it asks nobody."""
        one = self._open.get(before.place.survey or "")
        record = before.record
        if one is None or one.queue not in self._house.config.queues:
            return None
        rules = self._house.config.queues[one.queue].survey
        name, version = record.flow or rules.flow, record.flow_version
        try:
            flow = self._flow(name, version)
        except UnknownName as error:
            _log.warning("cannot_ask", call=one.call, why=str(error))
            return None
        session = self._session(record.id, one, flow, None, record.trunk)
        self._calls[one.call] = session
        return session

    def _callee(self, one: Survey) -> Callee:
        line = one.line or self._house.config.queues[one.queue].line
        target = Target(TargetKind.EXTERNAL, one.number)
        return self._house.directory.find(target, asker(one.queue), line)

    def _session(
        self, call: str, one: Survey, flow: Flow, callee: Callee | None, trunk: str | None
    ) -> SurveySession:
        house = self._house
        arrival = Arrival.of_ours(one.line, one.number, one.name, trunk, house.clock.now())
        language = one.language or house.config.speech.language
        ring_s = house.config.queues[one.queue].survey.ring_s
        return SurveySession(call, arrival, one, flow, language, callee, ring_s, house)

    def _close(self, one: Survey, state: SurveyState) -> None:
        self._house.journal.note(SurveyClosed(one.call, self._house.clock.now(), state))

    def open(self) -> Iterable[Survey]:
        """Those that are to be asked, or are being."""
        return tuple(self._open.values())
