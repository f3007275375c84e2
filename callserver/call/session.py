"""The session: conducts one call from its arrival to its last fact.

The worker reports what happened on the wire (:meth:`Session.on_event`), a script decides what comes
next: the flow of a line (``inbound``), or the wish of an agent who dialled (``direct``). Whatever
happens, the session leaves with one :class:`~callserver.model.call.Ending`: the first reason to end
wins, the script is cancelled where it stands, and the same closing steps follow.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from callserver import log
from callserver.call import lifecycle
from callserver.call.apology import owed
from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.reconcile import Now, reconcile
from callserver.call.restore import OpenCall
from callserver.model import events as e
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Leg, Phase, Reason, Result
from callserver.model.commands import WHISPER, EndCall, HangUpLeg
from callserver.model.live import CallView
from callserver.model.ports import CallWorker
from callserver.model.record import CallRecord
from callserver.model.talk import agent_of
from callserver.model.talk_facts import AgentBriefed

_log = log.get("call")

ARRIVE_S = 5.0
CLOSE_S = 5.0
SILENT_S = 5.0  # so long a worker waits before it tells that nothing comes


class Session(ABC):
    """What all calls have in common. Implements ``WorkerListener``."""

    arrives: Leg | None = Leg.CUSTOMER
    """The leg of whoever called us; None: we call."""
    direction = Direction.INBOUND
    version: tuple[str, str] | None = None
    """The flow it is in, as (name, version)."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._house = call.house
        self.on_transfer: Callable[[Call, e.TransferAsked], None] = lambda call, event: None
        """Hears what a phone asks for; set by whoever knows the other calls."""
        self._ending: Ending | None = None
        self._worker_lost = False
        self._before: tuple[OpenCall, Now] | None = None
        self._conducting: asyncio.Task[None] | None = None
        self._silent: dict[Leg, asyncio.TimerHandle] = {}

    # --- life ---------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        return self._call.id

    @property
    def worker(self) -> str:
        """The token of its worker; empty before it has one."""
        return self._call.worker.token if self._call.worker is not None else ""

    @property
    def conversation(self) -> tuple[Call, Conversation] | None:
        """The conversation that goes on in it."""
        now = self._call.conversation
        return None if now is None else (self._call, now)

    def begin(self, worker: CallWorker) -> None:
        """The call has its worker; from here on it has a record."""
        call, arrival = self._call, self._call.arrival
        call.worker = worker
        if self.arrives is not None:
            call.legs.begin(self.arrives)
        call.note(
            f.CallOffered(
                call=call.id,
                at=arrival.at,
                direction=self.direction,
                line=arrival.dialled,
                number=arrival.number,
                name=arrival.name,
                trunk=arrival.trunk,
                sip_call_id=arrival.sip_call_id,
                worker=worker.token,
            )
        )

    def resume(self, before: OpenCall, returned: e.WorkerReturned, worker: CallWorker) -> bool:
        """The call is one of the last controller's, and its worker is back. False: the customer
        hung up meanwhile, and :meth:`run` will only close the call."""
        now = self._reconcile(before, returned)
        call = self._call
        call.worker = worker
        call.phase, call.queue, call.agent = now.phase, before.record.queue, now.agent
        call.arrived.set()
        call.take_up(returned)
        self._house.journal.resume(before.record)
        call.messages.take_up(before.messages, returned.messages)
        self._before = (before, now)
        for fact in now.facts:
            call.note(fact)
        self._take_up_recording(before, returned, ended=now.customer_gone is not None)
        if any(isinstance(fact, f.AgentFinished) for fact in now.facts):
            call.served = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)
        if now.customer_gone is not None:
            self._customer_gone(before, now)
        return now.customer_gone is None

    def _reconcile(self, before: OpenCall, returned: e.WorkerReturned) -> Now:
        """Where the call is now, after a restart."""
        return reconcile(before, returned)

    def _take_up_recording(
        self, before: OpenCall, returned: e.WorkerReturned, *, ended: bool
    ) -> None:
        record = self._house.journal.record(self.id) or before.record
        events: list[e.RecordingStarted | e.RecordingStopped] = [
            *returned.recorded,
            *returned.unrecorded,
        ]
        events.sort(key=lambda event: event.at)
        self._call.taping.take_up(record, events, ended=ended)

    async def run(self) -> None:
        """Conduct the call; returns when the customer's call is over and journaled."""
        script = self._conduct() if self._before is None else self._go_on(*self._before)
        self._conducting = asyncio.create_task(script, name=f"call.{self.id}.conduct")
        if self._ending is not None:
            self._conducting.cancel()
        await asyncio.wait({self._conducting})
        ending = self._ending or self._failure(self._conducting)
        await self._close(ending)

    def stop(self) -> None:
        """The server stops and waits for this call no longer."""
        self._end(Ending(Result.FAILED, Reason.SERVER_STOPPED))

    def view(self) -> CallView:
        """This call, live."""
        call = self._call
        return CallView(
            call=call.id,
            line=call.arrival.dialled,
            phase=call.phase,
            queue=call.queue,
            agent=call.agent,
            offered_at=call.arrival.at,
            legs=call.legs.alive(),
            contact=call.contact,
        )

    async def recorded(self) -> tuple[CallRecord, float, dict[str, str]] | None:
        """After :meth:`run`: keep the messages that were left. What is to be made of its tracks:
        record, start and parties; None: nothing was recorded."""
        call = self._call
        await call.messages.keep()
        since, record = call.taping.since, self._house.journal.record(call.id)
        self._house.recordings.drop(call.id)
        if since is None or record is None:
            return None
        parties = {"customer": call.arrival.number, "line": call.arrival.dialled}
        if record.agent is not None:
            parties["agent"] = record.agent
        return record, since, parties

    @abstractmethod
    async def _conduct(self) -> None:
        """From the arrival to :meth:`_end`."""

    @abstractmethod
    async def _go_on(self, before: OpenCall, now: Now) -> None:
        """:meth:`_conduct`, taken up after a restart where the call is now."""

    @abstractmethod
    def _customer_gone(self, before: OpenCall, now: Now) -> None:
        """While no controller was there. Who hung up on whom, the worker has seen."""

    async def _arrived(self) -> bool:
        """Wait for the INVITE; False: it was taken back before it reached the worker."""
        try:
            async with asyncio.timeout(ARRIVE_S):
                await self._call.arrived.wait()
        except TimeoutError:
            self._end(lifecycle.CUSTOMER_LEFT[Phase.ARRIVING])
            return False
        return True

    def _end(self, ending: Ending) -> None:
        """The call ends, for this reason unless there was an earlier one."""
        if self._ending is None:
            self._ending = ending
            if self._conducting is not None:
                self._conducting.cancel()

    def _failure(self, conducting: asyncio.Task[None]) -> Ending:
        error = None if conducting.cancelled() else conducting.exception()
        _log.error("call_failed", call=self.id, exc_info=error)
        return Ending(Result.FAILED, Reason.INTERNAL_ERROR)

    async def _close(self, ending: Ending) -> None:
        call = self._call
        ended_at = call.now()
        call.taping.close()
        for leg in tuple(self._silent):
            self._stop_waiting_for_sound(leg)
        if not self._worker_lost:
            call.send(EndCall())
            try:
                async with asyncio.timeout(CLOSE_S):
                    await call.empty.wait()
            except TimeoutError:
                _log.warning("worker_did_not_close", call=self.id, waited_s=CLOSE_S)
        record = self._house.journal.record(call.id)
        if record is not None:
            country = self._house.config.outgoing.country
            apology = owed(record, call.phase, ending, call.priority, ended_at, country)
            if apology is not None:
                call.note(apology)
        call.move(Phase.ENDED)
        call.note(f.CallEnded(call.id, ended_at, ending))

    # --- what the worker reports ----------------------------------------------------------------

    def on_event(self, event: e.Event) -> None:  # noqa: C901 - a flat table of events
        call = self._call
        match event:
            case e.LegArrived():
                call.arrived.set()
                if call.conversation is not None:
                    call.conversation.on_arrived(event.leg)
            case e.TransferAsked():
                self.on_transfer(call, event)
            case e.LegRinging():
                self._on_ringing(event)
            case e.LegAnswered():
                self._on_answered(event)
            case e.LegHeld():
                call.note(f.HoldStarted(call.id, event.at, event.leg))
                self._on_held(event.leg, held=True)
            case e.LegResumed():
                call.note(f.HoldEnded(call.id, event.at, event.leg))
                self._on_held(event.leg, held=False)
            case e.LegEnded() if event.who:
                self._on_rung(event)
            case e.LegEnded():
                self._on_leg_ended(event)
            case e.MediaLost():
                self._on_media_lost(event)
            case e.MediaBack():
                self._stop_waiting_for_sound(event.leg)
                call.note(f.MediaBack(call.id, event.at, event.leg))
            case e.DigitReceived(leg=Leg.CUSTOMER):
                call.keypad.press(event.digit, event.at)
            case e.PromptsEnded(leg=Leg.AGENT):
                self._on_briefed(event)
            case e.PromptsEnded():
                call.player.on_ended(event)
            case e.RecordingStarted():
                call.taping.started(event)
            case e.RecordingStopped():
                call.taping.stopped(event, time.monotonic())
            case e.MessageRecorded():
                call.messages.on_recorded(event)
            case e.CallEmpty():
                call.empty.set()
            case _:
                pass

    def _on_answered(self, event: e.LegAnswered) -> None:
        call = self._call
        if event.who:
            call.picked_up(event)
        call.legs.answered(event)
        call.taping.answered(event.leg, event.at)
        if call.conversation is not None:
            call.conversation.on_answered(event)
        if event.who:
            self._tell_rung(event)

    def _on_ringing(self, event: e.LegRinging) -> None:
        call = self._call
        agent = agent_of(event.who) if event.who else call.people.get(event.leg)
        if agent is not None:
            call.note(f.AgentRinging(call.id, event.at, agent))
        if call.conversation is not None:
            call.conversation.on_ringing(event.leg)

    def _on_briefed(self, event: e.PromptsEnded) -> None:
        agent = self._call.people.get(event.leg)
        if event.play == WHISPER and agent is not None and event.leg in self._call.legs.alive():
            self._call.note(AgentBriefed(self.id, event.at, agent))

    def _on_held(self, leg: Leg, *, held: bool) -> None:
        if self._call.conversation is not None:
            self._call.conversation.on_held(leg, held=held)

    def _on_media_lost(self, event: e.MediaLost) -> None:
        call, leg = self._call, event.leg
        call.note(f.MediaLost(call.id, event.at, leg))
        self._stop_waiting_for_sound(leg)
        if patience_s := self._house.config.rtp.dead_media_s:
            later = asyncio.get_running_loop().call_later
            self._silent[leg] = later(max(patience_s - SILENT_S, 0.0), self._on_dead_media, leg)

    def _on_dead_media(self, leg: Leg) -> None:
        if leg is Leg.CUSTOMER:
            self._end(Ending(Result.FAILED, Reason.NO_MEDIA))
        else:
            self._call.send(HangUpLeg(leg))

    def _stop_waiting_for_sound(self, leg: Leg) -> None:
        if (timer := self._silent.pop(leg, None)) is not None:
            timer.cancel()

    def on_worker_lost(self) -> None:
        self._worker_lost = True
        self._end(Ending(Result.FAILED, Reason.WORKER_LOST))
        now = self._call.now()
        for leg in self._call.legs.alive():
            self._on_leg_ended(e.LegEnded(leg, "", e.LegEnd.FAILED, 0, None, now))
        for who in self._call.rung:
            self._on_rung(e.LegEnded(Leg.AGENT, "", e.LegEnd.FAILED, 0, None, now, who))

    def _on_leg_ended(self, event: e.LegEnded) -> None:
        call = self._call
        self._stop_waiting_for_sound(event.leg)
        agent = call.people.get(event.leg)
        call.note(
            f.LegReleased(call.id, event.at, event.leg, agent, event.end, event.code, event.stats)
        )
        call.legs.ended(event)
        if call.conversation is not None:
            call.conversation.on_ended(event)
        elif event.leg is Leg.AGENT and call.visit is not None:
            call.visit.on_leg_gone()
        if event.leg is Leg.CUSTOMER:
            self._on_customer_gone(event)

    def _on_rung(self, event: e.LegEnded) -> None:
        """One of those who were rung is rung no more."""
        call, end = self._call, event.end
        agent = agent_of(event.who)
        call.note(f.LegReleased(call.id, event.at, event.leg, agent, end, event.code, None))
        this = call.rung.is_this(event.who, event.ring)
        call.rung.discard(event.who, event.ring)
        if this and not self._worker_lost:
            self._tell_rung(event)

    def _tell_rung(self, event: e.LegAnswered | e.LegEnded) -> None:
        """Who rings them hears it: at once, or as soon as it is back after a restart."""
        call = self._call
        rings = call.dialling or call.visit
        if rings is None and self._before is not None:
            call.unheard.append(event)
        elif rings is not None and isinstance(event, e.LegAnswered):
            rings.on_answered(event)
        elif rings is not None and isinstance(event, e.LegEnded):
            rings.on_rung(event)

    def _on_customer_gone(self, event: e.LegEnded) -> None:
        call = self._call
        gone = event.end is e.LegEnd.HUNG_UP
        failed = Ending(Result.FAILED, Reason.LEG_FAILED)
        left = call.served or lifecycle.CUSTOMER_LEFT[call.phase]
        self._end(left if gone else failed)
