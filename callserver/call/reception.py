"""Where the front door asks about a call it has let in; owns the sessions of running calls."""

from collections.abc import Sequence

from callserver import log
from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.inbound import CallSession
from callserver.call.refusals import Refusals
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.toll import Denied, TollGuard
from callserver.config.sections import Line
from callserver.ivr.library import Flows
from callserver.model.call import Arrival, Reason
from callserver.model.errors import NoWorker
from callserver.model.ids import new_id
from callserver.model.live import CallView
from callserver.model.ports import Accepted, Refused, Survivor, WorkerPool
from callserver.runtime import Tasks

_log = log.get("reception")


class CallReception:
    """Implements ``Reception``. ``open`` is False while the server drains."""

    def __init__(self, house: Services, flows: Flows, pool: WorkerPool, toll: TollGuard) -> None:
        self.open = True
        self._house = house
        self._flows = flows
        self._pool = pool
        self._toll = toll
        self._refusals = Refusals(house.journal, house.clock, house.metrics)
        self._sessions: dict[str, Session] = {}
        self._tasks = Tasks("calls")

    async def receive(self, arrival: Arrival) -> Accepted | Refused:
        server = self._house.config.server
        line = self._line(arrival.dialled)
        if line is None:
            return self._no_line(arrival)
        full = Refused(503, "Service Unavailable", server.retry_after_s)
        if not self.open or len(self._sessions) >= server.capacity:
            return self._refuse(arrival, Reason.NO_CAPACITY, full)
        language = line.language or self._house.config.speech.language
        flow = self._flows.flow(line.flow)
        session = CallSession(new_id(), arrival, flow, language, self._house, line.title)
        self._sessions[session.id] = session
        try:
            worker = await self._pool.take(session)
        except NoWorker as error:
            del self._sessions[session.id]
            _log.warning("no_worker", error=str(error))
            return self._refuse(arrival, Reason.NO_WORKER, full)
        session.begin(worker)
        self._start(session)
        return Accepted(worker)

    def adopt(self, before: OpenCall, survivor: Survivor) -> bool:
        """Go on with a call of the last controller, whose worker is back; whether the customer is
        still there."""
        record = before.record
        arrival = Arrival(
            sip_call_id=record.sip_call_id,
            dialled=record.line,
            number=record.number,
            name=record.name,
            trunk=record.trunk,
            agent=None,
            source="",
            at=record.offered_at,
        )
        line = self._line(record.line)
        language = (line and line.language) or self._house.config.speech.language
        name = record.flow or (line.flow if line else "")
        flow = self._flows.flow(name, record.flow_version)
        title = line.title if line else ""
        session = CallSession(record.id, arrival, flow, language, self._house, title)
        self._sessions[record.id] = session
        alive = session.resume(before, survivor.returned, survivor.worker)
        survivor.listen(session)
        self._start(session)
        return alive

    def _start(self, session: Session) -> None:
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
        return {call: session.worker for call, session in self._sessions.items() if session.worker}

    def conversation(self, call: str) -> tuple[Call, Conversation] | None:
        """The conversation that goes on in a call."""
        session = self._sessions.get(call)
        return None if session is None else session.conversation

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
        await session.keep_recording()

    def _line(self, dialled: str) -> Line | None:
        lines = self._house.config.lines
        return lines.get(dialled) or lines.get(dialled.removeprefix("+"))

    def _no_line(self, arrival: Arrival) -> Refused:
        """An agent who dials something else wants out, and the toll guard decides about that. What
        it would allow leads nowhere as long as no flow calls out for agents."""
        if arrival.agent is not None:
            verdict = self._toll.check(arrival.agent, arrival.dialled, arrival.at)
            if isinstance(verdict, Denied):
                self._house.metrics.dialling_denied.labels(verdict.reason).inc()
                if self._refusals.note(arrival, Reason.NOT_ALLOWED):
                    _log.warning("dialling_denied", agent=arrival.agent, why=verdict.reason)
                return Refused(403, "Forbidden")
        return self._refuse(arrival, Reason.UNKNOWN_LINE, Refused(404, "Not Found"))

    def _refuse(self, arrival: Arrival, reason: Reason, answer: Refused) -> Refused:
        """A refused call leaves a record too: somebody wanted to reach us."""
        self._refusals.note(arrival, reason)
        return answer
