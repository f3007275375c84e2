"""Calls that a flow makes for its caller: ring somebody, let the two talk, and see how it ends."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callserver import log
from callserver.call.call import Call
from callserver.call.conversation import Conversation, Onward
from callserver.call.dialled import SEAT, Dialled, answer
from callserver.call.directory import Callee, TollDenied
from callserver.call.talk import Talk
from callserver.model import talk_facts as t
from callserver.model.call import Leg, Phase
from callserver.model.commands import DialLeg, HangUpLeg, StartMusic, StopMusic
from callserver.model.dial import Dial, DialEnd, Party, came_to, nearest
from callserver.model.errors import NotAllowed, OnACall, UnknownName
from callserver.model.events import LegAnswered, LegEnded
from callserver.model.talk import Target

_log = log.get("call")


@dataclass(frozen=True, slots=True)
class _Rung:
    """Somebody whose phone rings, or who has taken the call."""

    target: Target
    callee: Callee


class Dialling:
    """What one step of a flow asks for. ``asker`` is the name under which the flow dials. However
    it ends, cancellation included, nobody is rung any more and the directory knows it."""

    def __init__(self, call: Call, dial: Dial, asker: str) -> None:
        self._call = call
        self._house = call.house
        self._dial = dial
        self._asker = asker
        self._rung: dict[str, _Rung] = {}
        self._ends: list[DialEnd] = []
        self._taker: _Rung | None = None
        self._changed = asyncio.Event()
        self.onward: Onward | None = None
        """The queue to which the agent who answered gave the caller."""

    async def run(
        self,
        was: Dialled | None = None,
        talk: Talk | None = None,
        events: Iterable[LegAnswered | LegEnded] = (),
    ) -> DialEnd:
        """Returns when they have talked and the other side hung up, or when nobody took it. After a
        restart it goes on where it ``was``; ``talk`` is the conversation that goes on, in which the
        ``events`` happened meanwhile."""
        self._call.dialling = self
        try:
            if was is None:
                return await self._rounds(())
            return await self._go_on(was, talk, events)
        finally:
            await self._clear()

    async def _go_on(
        self, was: Dialled, talk: Talk | None, events: Iterable[LegAnswered | LegEnded]
    ) -> DialEnd:
        if was.over:
            return DialEnd.ANSWERED
        if was.answered is not None:
            if talk is None or (talk.seat is SEAT and talk.agent == was.answered.agent):
                self._taker = self._expect(was.answered)
                await self._talk(self._taker, talk, events)
            else:  # who answered has given the call away since
                await self._converse(Conversation(self._call, talk, _nobody), events)
            return DialEnd.ANSWERED
        unheard = {event.who for event in self._call.unheard}
        for target in was.rung:
            if target.who in self._call.rung or target.who in unheard:
                self._rung[target.who] = self._expect(target)
        if not self._rung:  # none was, or the order to ring died with the controller
            return await self._rounds(was.ends)
        self._call.tell_unheard(self)
        end = await self._outcome()
        return end if end is DialEnd.ANSWERED else await self._rounds((*was.ends, end))

    def _expect(self, target: Target) -> _Rung:
        """They are called already."""
        rung = _Rung(target, Callee((), target.name, "", target.agent, 0.0))
        self._house.directory.began(rung.callee, self._asker, self._tag(rung))
        return rung

    # -- what the worker says

    def on_answered(self, event: LegAnswered) -> None:
        """Who was called has the call now; the worker rings nobody else, and has dropped the orders
        that it had not carried out."""
        self._taker = self._rung.pop(event.who, None)
        if self._taker is None:
            self._call.send(HangUpLeg(SEAT))
            return
        for rung in self._rung.values():
            self._free(rung)
        self._rung.clear()
        self._changed.set()

    def on_rung(self, event: LegEnded) -> None:
        """One of those who were called is rung no more."""
        rung = self._rung.pop(event.who, None)
        if rung is not None:
            self._free(rung)
            self._ends.append(came_to(event.end))
            self._changed.set()

    # -- round after round

    async def _rounds(self, ends: Sequence[DialEnd]) -> DialEnd:
        """``ends`` is what came of the first ones already."""
        ends = list(ends)
        for parties in self._dial.rounds[len(ends) :]:
            end = await self._round(parties)
            if end is DialEnd.ANSWERED:
                return end
            ends.append(end)
        return nearest(ends)

    async def _round(self, parties: Sequence[Party]) -> DialEnd:
        call = self._call
        if SEAT in call.legs.alive():  # a phone that does not answer our BYE keeps it for 10 s
            await call.legs.end(SEAT)
        self._ends.clear()
        orders = [order for party in parties if (order := self._order(party)) is not None]
        if not orders:
            return self._missed()
        call.move(Phase.RINGING)
        targets = tuple(rung.target for rung in self._rung.values())
        call.note(t.FlowDialled(call.id, call.now(), targets, self._dial.given))
        meanwhile = self._music if self._dial.music else self._house.ringback
        call.send(StartMusic(Leg.CUSTOMER, meanwhile))
        for order in orders:
            call.rung.add(order.who)
            call.send(order)
        return await self._outcome()

    def _order(self, party: Party) -> DialLeg | None:
        """How to ring them; None: they cannot be called now."""
        call, dial, target = self._call, self._dial, party.target
        try:
            callee = self._house.directory.find(target, self._asker, call.arrival.dialled)
        except (NotAllowed, UnknownName) as error:
            why = error.reason if isinstance(error, TollDenied) else type(error).__name__
            _log.warning("cannot_dial", call=call.id, kind=target.kind, why=why)
            busy = isinstance(error, OnACall)
            self._ends.append(DialEnd.BUSY if busy else DialEnd.FAILED)
            return None
        rung = self._rung[target.who] = _Rung(target, callee)
        self._house.directory.began(callee, self._asker, self._tag(rung))
        ours = callee.agent is not None
        return DialLeg(
            leg=SEAT,
            targets=callee.targets,
            number=dial.number or (call.arrival.number if ours else callee.caller),
            name=dial.name or (call.arrival.name if ours else ""),
            ring_timeout_s=party.ring_s or callee.ring_s,
            bridge_to=Leg.CUSTOMER,
            tracks=call.taping.tracks(SEAT),
            who=target.who,
            at_once=ours,
        )

    async def _outcome(self) -> DialEnd:
        """Somebody answers, and they talk; or nobody is rung any more."""
        while self._taker is None:
            if not self._rung:
                return self._missed()
            self._changed.clear()
            await self._changed.wait()
        call = self._call
        for fact in answer(call.id, call.now(), self._taker.target):
            call.note(fact)
        call.move(Phase.TALKING)
        await self._talk(self._taker)
        return DialEnd.ANSWERED

    def _missed(self) -> DialEnd:
        call, end = self._call, nearest(self._ends)
        if call.phase is Phase.RINGING:
            call.move(Phase.FLOW)
        call.send(StopMusic(Leg.CUSTOMER))
        call.note(t.DialMissed(call.id, call.now(), end))
        return end

    async def _talk(
        self,
        taker: _Rung,
        talk: Talk | None = None,
        events: Iterable[LegAnswered | LegEnded] = (),
    ) -> None:
        """Until nobody of ours is with the customer."""
        call, agent = self._call, taker.callee.agent
        call.people[SEAT] = call.agent = agent
        if agent is not None:
            self._house.talk_desk.agent_took_over(call.id, call.queue or "", agent)
        else:
            call.served = Dialled(answered=taker.target, given=self._dial.given).served
        call.send(StartMusic(Leg.CUSTOMER, self._music))  # for when the other side holds
        begun = talk or Talk(SEAT, agent)
        await self._converse(Conversation(call, begun, lambda: self._let_go(taker)), events)

    async def _converse(
        self, conversation: Conversation, events: Iterable[LegAnswered | LegEnded]
    ) -> None:
        call = self._call
        self.onward = await conversation.run(events)
        call.move(Phase.FLOW)
        call.send(StopMusic(Leg.CUSTOMER))
        call.note(t.DialEnded(call.id, call.now()))

    # -- how it is done

    @property
    def _music(self) -> str:
        return self._house.prompts.music(self._call.queue or "")

    def _tag(self, rung: _Rung) -> str:
        return f"{self._call.id}/{rung.target.who}"

    def _free(self, rung: _Rung) -> None:
        self._house.directory.ended(rung.callee, self._asker, self._tag(rung))

    def _let_go(self, taker: _Rung) -> None:
        """The phone of who took the call is free."""
        if taker.callee.agent is not None:
            self._house.talk_desk.agent_finished(self._call.id, taker.callee.agent)
        self._free(taker)

    async def _clear(self) -> None:
        """Nobody is called any more."""
        call = self._call
        await call.release(SEAT)
        call.dialling = None
        for rung in (*self._rung.values(), *((self._taker,) if self._taker else ())):
            self._free(rung)
        self._rung.clear()


def _nobody() -> None:
    """Nobody waits for the phone of who was dialled: it is free already."""
