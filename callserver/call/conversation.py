"""A conversation: from the agent's answer until nobody of ours is with the customer.

The agent may ask a third party and come back, talk with both, leave the two alone, or give the call
away; a supervisor may listen, whisper, speak with all, or take over. Who hears whom follows from
:mod:`callserver.call.talk`; this conducts it: legs report what happens to them, commands go to the
worker, facts to the journal.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from callserver.call.call import Call
from callserver.call.directory import Callee
from callserver.call.talk import Between, Talk, Third, Watcher, edges
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.agent import AgentState
from callserver.model.call import Ending, Leg, Reason, Result
from callserver.model.commands import (
    AnswerLeg,
    DialLeg,
    HangUpLeg,
    SetBridge,
    StartMusic,
    StopMusic,
)
from callserver.model.errors import NotAllowed
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.talk import TargetKind

OUR_LEGS = (Leg.AGENT, Leg.THIRD, Leg.SUPERVISOR)

# What the phone is told that asked for a transfer which came to nothing.
REFUSALS = {LegEnd.BUSY: 486, LegEnd.DECLINED: 603, LegEnd.NO_ANSWER: 480}
NOT_REACHED = 404


@dataclass(frozen=True, slots=True)
class Onward:
    """The customer goes to a queue, with the place that counts from ``entered_at``."""

    queue: str
    entered_at: float | None


@dataclass(frozen=True, slots=True)
class _Person:
    """Who is called on a leg of ours, by whom; ``asked`` is the queue that found them."""

    callee: Callee
    asker: str
    asked: "Asked | None"


class Asked(Protocol):
    """A queue that is asked for a third party."""

    @property
    def name(self) -> str: ...

    def answered(self) -> Third | None: ...

    def missed(self, why: LegEnd) -> None: ...

    def finished(self, agent: str) -> None: ...

    def stop(self) -> None: ...


class Conversation:
    """One conversation. What may be asked of it stands in :mod:`callserver.call.consultation` and
    :mod:`callserver.call.supervision`."""

    def __init__(self, call: Call, talk: Talk, free: Callable[[], None]) -> None:
        """``free`` is called when the phone of the first agent, who is on the leg of that name, is
        free again: once or more. ``talk`` may be one that goes on after a restart."""
        self._call = call
        self._house = call.house
        self._agent_is_free = free
        self._talk = talk
        self._people: dict[Leg, _Person] = {}
        self._asked: Asked | None = None
        self._news: Callable[[int], None] = lambda code: None
        self._gone: asyncio.Future[Onward | None] = asyncio.get_running_loop().create_future()

    @property
    def talk(self) -> Talk:
        """Who talks with whom now."""
        return self._talk

    async def run(self, events: Iterable[LegAnswered | LegEnded] = ()) -> Onward | None:
        """Returns when the customer is alone: where they go, or None when it is over. ``events``
        happened to our legs before."""
        call = self._call
        call.conversation = self
        try:
            if not self._talk.is_plain:
                self._take_up()
            for event in events:
                if isinstance(event, LegAnswered):
                    self.on_answered(event)
                else:
                    self.on_ended(event)
            self._look_around()
            return await self._gone
        finally:
            call.conversation = None
            self._stop_asking()
            self.left()
            legs = [leg for leg in OUR_LEGS if leg in call.legs.alive()]
            await asyncio.gather(*(call.release(leg) for leg in legs))
            for leg in OUR_LEGS:
                self._free(leg)

    def _take_up(self) -> None:
        """After a restart: those on our legs are known to directory and record again."""
        talk, call = self._talk, self._call
        if talk.agent is None and talk.seat is not None:
            transferred = Ending(Result.TRANSFERRED, Reason.CUSTOMER_HUNG_UP)
            call.served = call.served or transferred
        there: dict[Leg, str | None] = {}
        if talk.seat is not None and talk.seat is not Leg.AGENT:
            there[talk.seat] = talk.agent
        if talk.third is not None:
            is_agent = talk.third.target.kind is TargetKind.AGENT
            there[talk.third.leg] = talk.third.target.name if is_agent else None
        if talk.watcher is not None:
            there[Leg.SUPERVISOR] = talk.watcher.username
        for leg, agent in there.items():
            self._occupy(leg, Callee((), agent or "", "", agent, 0.0), talk.agent or "")

    def _look_around(self) -> None:
        """Legs that are gone without a word of it: theirs died with the last controller."""
        alive, talk = self._call.legs.alive(), self._talk
        if talk.watcher is not None and Leg.SUPERVISOR not in alive:
            self._watcher_gone(talk.watcher, LegEnd.FAILED)
        if talk.third is not None and talk.third.leg not in alive:
            self.without(talk.third, LegEnd.FAILED)
        seat = self._talk.seat
        if seat is not None and seat not in alive:
            self._seat_gone(self._talk.third)

    # -- what happens to the legs

    def on_arrived(self, leg: Leg) -> None:
        """Another worker calls, as it was told to."""
        third = self._talk.third
        if third is not None and third.leg is leg:
            self._call.send(AnswerLeg(leg))

    def on_ringing(self, leg: Leg) -> None:
        """A phone that we call rings."""
        third = self._talk.third
        if third is not None and third.blind and leg is third.leg:
            self._news(180)

    def on_answered(self, event: LegAnswered) -> None:
        """A leg of ours is up; the worker has connected it already."""
        call, third, watcher = self._call, self._talk.third, self._talk.watcher
        if event.leg is Leg.SUPERVISOR and watcher is not None and not watcher.up:
            self._talk = replace(self._talk, watcher=replace(watcher, up=True))
            call.note(t.SupervisorJoined(call.id, event.at, watcher.username, watcher.mode))
        if third is None or event.leg is not third.leg or third.up:
            return
        up = replace(third, up=True)
        if self._asked is not None:
            found = self._asked.answered()
            if found is None:
                return
            up = found
        if third.blind:
            seat = self._talk.seat
            self.hand_over(up)
            self._tell(200)
            if seat is not None:
                call.send(HangUpLeg(seat))
            return
        self._talk = replace(self._talk, third=up)
        if self._talk.seat is not None:
            call.send(StopMusic(self._talk.seat))
        agent = up.target.name if up.target.kind is TargetKind.AGENT else ""
        call.note(t.ConsultAnswered(call.id, event.at, third.leg, agent))

    def on_held(self, leg: Leg, *, held: bool) -> None:
        """A phone puts the others on hold, or takes them back."""
        if leg is self._talk.seat and self._talk.between is not Between.THIRD:
            self.turned(AgentState.HOLD if held else AgentState.TALKING)

    def on_ended(self, event: LegEnded) -> None:
        """A leg of ours is gone."""
        third, seat = self._talk.third, self._talk.seat
        self._free(event.leg)
        watcher = self._talk.watcher
        if event.leg is Leg.SUPERVISOR and watcher is not None:
            self._watcher_gone(watcher, event.end)
        elif third is not None and event.leg is third.leg:
            if self._asked is not None and not third.up:
                self._asked.missed(event.end)
            else:
                self.without(third, event.end)
        elif event.leg is seat:
            self._seat_gone(third)

    def _watcher_gone(self, watcher: Watcher, why: LegEnd) -> None:
        call = self._call
        self.change(replace(self._talk, watcher=None))
        call.note(t.SupervisorLeft(call.id, call.now(), watcher.username, why))

    def _seat_gone(self, third: Third | None) -> None:
        """Whoever served the customer has hung up."""
        call, agent = self._call, self._talk.agent
        if third is not None and third.up:
            self.hand_over(third)
        elif third is not None and third.blind:
            self.left()
            self.change(replace(self._talk, seat=None, agent=None))
        else:
            if agent is not None:
                call.served = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)
            elif call.served is not None:
                call.served = replace(call.served, reason=Reason.THIRD_HUNG_UP)
            self.left()
            self.settle(None)

    def without(self, third: Third, why: LegEnd) -> None:
        """The third party is gone or did not come."""
        self._stop_asking()
        call, talk = self._call, self._talk
        alone = replace(talk, third=None, between=Between.CUSTOMER)
        if third.blind:
            target = third.target
            call.note(t.TransferFailed(call.id, call.now(), target.kind, target.name, why))
            self._tell(REFUSALS.get(why, NOT_REACHED))
        else:
            call.note(t.ConsultEnded(call.id, call.now(), third.leg, why))
        if talk.seat is None:
            self._talk = alone
            self.settle(Onward(call.queue, call.entered_at) if call.queue else None)
            return
        call.send(StopMusic(talk.seat))
        self.change(alone)
        self.turned(AgentState.TALKING)

    def hand_over(self, third: Third) -> None:
        """The third party sits in the agent's place."""
        call, target, giver = self._call, third.target, self._talk.agent
        self.left()
        person = self._people.get(third.leg)
        agent = person.callee.agent if person is not None else None
        self.change(Talk(third.leg, agent, watcher=self._talk.watcher))
        now = call.now()
        if agent is not None:
            self.seated(agent)
        else:
            call.served = Ending(Result.TRANSFERRED, Reason.CUSTOMER_HUNG_UP)
        given = (giver, third.leg, target.kind, target.name)
        call.note(t.TransferCompleted(call.id, now, *given))

    # -- how it is done

    def change(self, talk: Talk) -> None:
        """From now on it is so."""
        self._talk = talk
        self._call.send(SetBridge(edges(talk)))

    def ask(self, asked: Asked) -> None:
        """A queue finds out who the third party is."""
        self._asked = asked

    @property
    def asks(self) -> str:
        """The name under which a queue knows who asks; empty: no queue is asked."""
        return "" if self._asked is None else self._asked.name

    def _stop_asking(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.stop()

    def must_be_free(self, leg: Leg) -> None:
        """Raises ``NotAllowed``: whoever was on this leg has not hung up yet."""
        if leg in self._call.legs.alive():
            raise NotAllowed("the last one called is still hanging up; ask again")

    def ring(self, leg: Leg, callee: Callee, asker: str, number: str, name: str) -> None:
        """Call somebody on a leg of ours that is free, for ``asker``. A colleague sees ``number``
        and ``name``; outside they see a number of ours."""
        call = self._call
        if callee.agent is None:
            number, name = callee.caller, ""
        self._occupy(leg, callee, asker)
        call.legs.begin(leg)
        phones = callee.agent is not None  # the trunks of a number are tried in order
        call.send(DialLeg(leg, callee.targets, number, name, callee.ring_s, at_once=phones))

    def _occupy(self, leg: Leg, callee: Callee, asker: str) -> None:
        self._people[leg] = _Person(callee, asker, self._asked)
        self._house.directory.began(callee, asker, self._tag(leg))
        self._call.people[leg] = callee.agent

    def left(self) -> None:
        """The agent no longer talks with the customer."""
        call, agent = self._call, self._talk.agent
        if agent is not None:
            call.note(f.AgentFinished(call.id, call.now(), agent))
            self._talk = replace(self._talk, agent=None)
            call.agent = None

    def seated(self, agent: str) -> None:
        """The agent talks with the customer, in place of another."""
        call = self._call
        call.agent = agent
        call.note(f.AgentAnswered(call.id, call.now(), agent))
        self._house.talk_desk.agent_took_over(call.id, call.queue or "", agent)
        if self._asked is not None:
            self._asked.finished(agent)

    def turned(self, state: AgentState) -> None:
        """What the agent does now."""
        call, agent = self._call, self._talk.agent
        if agent is not None:
            self._house.talk_desk.agent_turned(call.id, agent, state)

    def hold(self, leg: Leg) -> None:
        """Who hears nobody hears this."""
        music = self._house.prompts.music(self._call.queue or "")
        self._call.send(StartMusic(leg, music))

    def _tell(self, code: int) -> None:
        """The last word for the phone that asked for the transfer, if one did."""
        self._news(code)
        self._news = lambda code: None

    def _tag(self, leg: Leg) -> str:
        return f"{self._call.id}/{leg}"

    def _free(self, leg: Leg) -> None:
        """The phone of a leg is free for other calls."""
        person = self._people.pop(leg, None)
        if person is not None:
            if person.callee.agent is not None:
                self._house.talk_desk.agent_finished(self._call.id, person.callee.agent)
                if person.asked is not None:
                    person.asked.finished(person.callee.agent)
            self._house.directory.ended(person.callee, person.asker, self._tag(leg))
        elif leg is Leg.AGENT:
            self._agent_is_free()

    def expect(self, third: Third, within_s: float) -> None:
        """Somebody will be there for the customer whom another worker calls for."""
        call = self._call
        self._occupy(third.leg, Callee((), "", "", None, 0.0, joined=True), "")
        call.legs.begin(third.leg)
        self.change(replace(self._talk, third=third))

        def give_up() -> None:
            if self._talk.third is third and call.conversation is self:
                gone = LegEnded(third.leg, "", LegEnd.UNREACHABLE, 408, None, call.now())
                call.legs.ended(gone)
                self.on_ended(gone)

        asyncio.get_running_loop().call_later(within_s, give_up)

    def tell_news(self, news: Callable[[int], None]) -> None:
        """Somebody wants to hear how the transfer goes."""
        self._news = news

    def settle(self, onward: Onward | None) -> None:
        """It is over."""
        if not self._gone.done():
            self._gone.set_result(onward)
