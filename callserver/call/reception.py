"""Where the front door asks about a call it has let in; owns the sessions of running calls."""

from collections.abc import Callable, Sequence

from callserver import log
from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.direct import DirectSession, outgoing
from callserver.call.directory import TollDenied
from callserver.call.features import Act, FeatureCall, Features
from callserver.call.inbound import CallSession
from callserver.call.referral import Referrals
from callserver.call.refusals import Refusals
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.toll import Refusal
from callserver.config.sections import Line
from callserver.ivr.library import Flows
from callserver.model.call import Arrival, Direction, Reason
from callserver.model.errors import NotAllowed, NoWorker, UnknownName
from callserver.model.ids import new_id
from callserver.model.live import CallView
from callserver.model.ports import Accepted, CallWorker, Refused, Survivor, WorkerPool
from callserver.runtime import Tasks
from callserver.speech.phrases import Phrase, phrase

_log = log.get("reception")


class CallReception:
    """Implements ``Reception``. ``open`` is False while the server drains."""

    def __init__(self, house: Services, flows: Flows, pool: WorkerPool, features: Features) -> None:
        self.open = True
        self._house = house
        self._flows = flows
        self._pool = pool
        self._features = features
        self._short: dict[str, FeatureCall] = {}
        self._refusals = Refusals(house.journal, house.clock, house.metrics)
        self._sessions: dict[str, Session] = {}
        self._referrals = Referrals(self._conversations)
        self._tasks = Tasks("calls")
        self.on_ours: Callable[[OpenCall], Session | None] = lambda before: None
        """Takes up a call that we began by ourselves; None: it is none of those."""

    async def receive(self, arrival: Arrival) -> Accepted | Refused:
        line = self._line(arrival.dialled)
        if line is None and arrival.agent is None:
            return self._refuse(arrival, Reason.UNKNOWN_LINE, Refused(404, "Not Found"))
        if not self.open or len(self._sessions) >= self._house.config.server.capacity:
            return self._refuse(arrival, Reason.NO_CAPACITY, self._full)
        if line is None:
            return await self._dialled(arrival, arrival.agent or "")
        language = line.language or self._house.config.speech.language
        flow = self._flows.flow(line.flow)
        session = CallSession(new_id(), arrival, flow, language, self._house, line.title)
        return await self._take(session, arrival)

    @property
    def _full(self) -> Refused:
        return Refused(503, "Service Unavailable", self._house.config.server.retry_after_s)

    async def _take(self, session: Session, arrival: Arrival) -> Accepted | Refused:
        """Give the session a worker."""
        self._sessions[session.id] = session
        try:
            worker = await self._pool.take(session)
        except NoWorker as error:
            del self._sessions[session.id]
            _log.warning("no_worker", error=str(error))
            return self._refuse(arrival, Reason.NO_WORKER, self._full)
        session.begin(worker)
        self._start(session)
        return Accepted(worker)

    async def begin(self, session: Session) -> None:
        """A call that nobody made to us gets a worker and goes. Raises ``NoWorker``."""
        if not self.open or len(self._sessions) >= self._house.config.server.capacity:
            raise NoWorker("there is no room for another call")
        self._sessions[session.id] = session
        try:
            worker = await self._pool.take(session)
        except NoWorker:
            del self._sessions[session.id]
            raise
        session.begin(worker)
        self._start(session)

    async def _feature(self, agent: str, act: Act, sound: str) -> Accepted | Refused:
        """A short call: the agent hears this, then it is done."""
        call = FeatureCall(sound)
        try:
            worker = await self._pool.take(call)
        except NoWorker as error:
            _log.warning("no_worker", error=str(error))
            return self._full
        call.begin(worker)
        name = new_id()
        self._short[name] = call
        self._house.directory.occupy(agent, name)
        self._tasks.start(name, self._run_feature(name, agent, call, worker, act))
        return Accepted(worker)

    async def _run_feature(
        self, name: str, agent: str, call: FeatureCall, worker: CallWorker, act: Act
    ) -> None:
        try:
            await call.run(worker)
        finally:
            del self._short[name]
            self._house.directory.vacate(agent, name)
        try:
            act()
        except (NotAllowed, UnknownName) as error:
            _log.info("feature_refused", agent=agent, why=str(error))

    async def _dialled(self, arrival: Arrival, agent: str) -> Accepted | Refused:
        """An agent dialled something that is no line: a feature code, a colleague, or a number
        outside."""
        away = Refused(480, "Temporarily Unavailable")
        try:
            act = self._features.find(agent, arrival.dialled)
        except NotAllowed as error:
            _log.info("feature_refused", agent=agent, why=str(error))
            return away
        if act is not None:
            return await self._feature(agent, act, self._house.recordings.tone)
        target = self._house.directory.target(arrival.dialled)
        try:
            callee = self._house.directory.find(target, agent, "")
        except TollDenied as error:
            if self._refusals.note(arrival, Reason.NOT_ALLOWED):
                _log.warning("dialling_denied", agent=agent, why=error.reason)
            if error.reason is Refusal.DO_NOT_CALL:
                language = self._house.config.speech.language
                told = self._house.prompts.say(language, phrase(Phrase.DO_NOT_CALL, language))
                return await self._feature(agent, _nothing, told)
            return Refused(403, "Forbidden")
        except UnknownName:
            return self._refuse(arrival, Reason.UNKNOWN_LINE, Refused(404, "Not Found"))
        except NotAllowed:
            return self._refuse(arrival, Reason.UNREACHABLE, away)
        direction = Direction.OUTBOUND if callee.agent is None else Direction.INTERNAL
        language = self._house.config.speech.language
        on_record = outgoing(arrival, callee)
        session = DirectSession(
            new_id(), on_record, agent, callee, direction, language, self._house
        )
        return await self._take(session, arrival)

    def adopt(self, before: OpenCall, survivor: Survivor) -> bool:
        """Go on with a call of the last controller, whose worker is back; whether the customer is
        still there."""
        record = before.record
        session = self._again(before)
        self._sessions[record.id] = session
        alive = session.resume(before, survivor.returned, survivor.worker)
        survivor.listen(session)
        self._start(session)
        return alive

    def _again(self, before: OpenCall) -> Session:
        record, arrival, agent = before.record, before.arrival, before.place.agent
        ours = self.on_ours(before) if record.direction is Direction.OUTBOUND else None
        if ours is not None:
            return ours
        if record.direction is not Direction.INBOUND:
            language, agent = self._house.config.speech.language, agent or record.agent or ""
            return DirectSession(
                record.id, arrival, agent, None, record.direction, language, self._house
            )
        line = self._line(record.line)
        language = (line and line.language) or self._house.config.speech.language
        name = record.flow or (line.flow if line else "")
        flow = self._flows.flow(name, record.flow_version)
        title = line.title if line else ""
        return CallSession(record.id, arrival, flow, language, self._house, title)

    def _conversations(self) -> list[tuple[Call, Conversation]]:
        found = (session.conversation for session in self._sessions.values())
        return [one for one in found if one is not None]

    def _start(self, session: Session) -> None:
        session.on_transfer = self._referrals.asked
        self._house.metrics.calls_now.set(len(self._sessions))
        self._tasks.start(session.id, self._run(session))

    def calls(self) -> Sequence[CallView]:
        """The calls in progress."""
        return [session.view() for session in self._sessions.values()]

    def flows(self) -> Sequence[tuple[str, str]]:
        """The flows calls are in, as (name, version), one for each call."""
        return [one.version for one in self._sessions.values() if one.version is not None]

    def workers(self) -> dict[str, str]:
        """Call → token of its worker, for the calls in progress."""
        calls = {call: session.worker for call, session in self._sessions.items() if session.worker}
        short = {call: one.worker for call, one in self._short.items()}
        calls |= {call: worker.token for call, worker in short.items() if worker is not None}
        asking = [(one.asks, call.worker) for call, one in self._conversations() if one.asks]
        return calls | {name: worker.token for name, worker in asking if worker is not None}

    def conversation(self, call: str) -> tuple[Call, Conversation] | None:
        """The conversation that goes on in a call."""
        session = self._sessions.get(call)
        return None if session is None else session.conversation

    def unwanted(self, call: str, source: str) -> None:
        """A CRM says of a call that nobody wants it."""
        session = self._sessions.get(call)
        if isinstance(session, CallSession):
            session.unwanted(source)

    def worker_lost(self, call: str) -> None:
        """The worker of a call is not there, and nobody had told."""
        if (session := self._sessions.get(call)) is not None:
            session.on_worker_lost()

    async def settle(self) -> None:
        """Returns when no call runs and every recording is made."""
        await self._tasks.wait()

    async def drain(self) -> None:
        """Take no new calls and settle."""
        self.open = False
        await self.settle()

    def hurry(self) -> None:
        """End the running calls now."""
        self.open = False
        for session in self._sessions.values():
            session.stop()

    async def _run(self, session: Session) -> None:
        try:
            await session.run()
        finally:
            del self._sessions[session.id]
            self._house.metrics.calls_now.set(len(self._sessions))
        call, recorded = session.id, await session.recorded()
        # On a busy machine thousands of calls may wait for their stereo files, which are made one
        # after the other: the file needs a record, not a session of 23 KB.
        del session
        if recorded is not None:
            await self._house.recordings.make(*recorded)
        self._house.journal.forget(call)

    def _line(self, dialled: str) -> Line | None:
        lines = self._house.config.lines
        return lines.get(dialled) or lines.get(dialled.removeprefix("+"))

    def _refuse(self, arrival: Arrival, reason: Reason, answer: Refused) -> Refused:
        """A refused call leaves a record too: somebody wanted to reach us."""
        self._refusals.note(arrival, reason)
        return answer


def _nothing() -> None:
    """The agent was told no."""
