"""A conversation: from the agent's answer until nobody of ours is with the customer.

The agent may ask a third party and come back, talk with both, leave the two alone, or give the call
away; a supervisor may listen, whisper, speak with all, or take over. Who hears whom follows from
:mod:`callserver.call.talk`; this conducts it: requests come in (from the API, from a phone),
commands go to the worker, facts to the journal.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from callserver.call.call import Call
from callserver.call.directory import Callee
from callserver.call.talk import Between, Talk, Third, edges
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.agent import AgentState
from callserver.model.call import Ending, Leg, Reason, Result
from callserver.model.commands import DialLeg, HangUpLeg, SetBridge, StartMusic, StopMusic
from callserver.model.errors import NotAllowed
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.talk import Target, TargetKind

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
    """Who is called on a leg of ours, by whom."""

    callee: Callee
    asker: str


class Conversation:
    """One conversation. All that is asked of it raises ``NotAllowed`` when it does not fit the
    moment and ``UnknownName`` when there is no such target."""

    def __init__(self, call: Call, agent: str, free: Callable[[], None]) -> None:
        """``free`` is called when the phone of the agent, who is on the leg of that name, is free
        again: once or more."""
        self._call = call
        self._house = call.house
        self._agent_is_free = free
        self._talk = Talk(Leg.AGENT, agent)
        self._people: dict[Leg, _Person] = {}
        self._news: Callable[[int], None] = lambda code: None
        self._gone: asyncio.Future[Onward | None] = asyncio.get_running_loop().create_future()

    @property
    def talk(self) -> Talk:
        """Who talks with whom now."""
        return self._talk

    async def run(self) -> Onward | None:
        """Returns when the customer is alone: where they go, or None when it is over."""
        call = self._call
        call.conversation = self
        try:
            if Leg.AGENT not in call.legs.alive():
                self._seat_gone(None)
            return await self._gone
        finally:
            call.conversation = None
            self.left()
            legs = [leg for leg in OUR_LEGS if leg in call.legs.alive()]
            await asyncio.gather(*(call.release(leg) for leg in legs))
            for leg in OUR_LEGS:
                self._free(leg)

    # -- what agents ask

    def consult(self, target: Target) -> None:
        """The agent asks somebody; the customer hears music meanwhile."""
        agent, seat = self._sole()
        call, leg = self._call, self._talk.free_leg
        callee = self._house.directory.find(target, agent, call.arrival.dialled)
        call.note(t.ConsultStarted(call.id, call.now(), agent, leg, target.kind, target.name))
        self._hold(Leg.CUSTOMER)
        call.send(StartMusic(seat, self._house.ringback))
        self._turned(AgentState.CONSULT)
        self.change(
            replace(self._talk, between=Between.THIRD, third=Third(leg, target, blind=False))
        )
        self._ring_third(leg, callee, agent, (agent, agent))

    def swap(self) -> None:
        """The agent talks with the other of the two who are there."""
        third = self._consulted()
        call, to_third = self._call, self._talk.between is not Between.THIRD
        between, to = (Between.THIRD, third.leg) if to_third else (Between.CUSTOMER, Leg.CUSTOMER)
        self._hold(Leg.CUSTOMER if to_third else third.leg)
        self.change(replace(self._talk, between=between))
        call.note(t.ConsultSwapped(call.id, call.now(), to))
        self._turned(AgentState.CONSULT if to_third else AgentState.TALKING)

    def merge(self) -> None:
        """All three hear each other."""
        self._consulted()
        call = self._call
        self.change(replace(self._talk, between=Between.ALL))
        call.note(t.ConferenceStarted(call.id, call.now()))
        self._turned(AgentState.TALKING)

    def complete(self) -> None:
        """The agent leaves customer and third party alone."""
        third, seat = self._consulted(), self._talk.seat
        self._hand_over(third)
        if seat is not None:
            self._call.send(HangUpLeg(seat))

    def cancel(self) -> None:
        """The third party goes, or rings no more; the agent talks with the customer."""
        third = self._talk.third
        if third is None or third.blind:
            raise NotAllowed("nobody is being asked")
        self._without(third, LegEnd.RELEASED)
        self._call.send(HangUpLeg(third.leg))

    def transfer(self, target: Target, news: Callable[[int], None] | None = None) -> None:
        """Give the customer to somebody, unasked. The agent leaves at once; one whose phone wants
        ``news`` (SIP statuses, the last one from 200 on) when it has heard the last."""
        agent, seat = self._sole()
        call = self._call
        if target.kind is TargetKind.QUEUE:
            self._house.directory.has_queue(target.name)
            given = (call.id, call.now(), agent, None, target.kind, target.name)
            call.note(t.TransferStarted(*given))
            self.left()
            call.note(t.TransferCompleted(*given))
            if news is not None:
                news(200)
            self._settle(Onward(target.name, call.entered_at))
            return
        leg = self._talk.free_leg
        callee = self._house.directory.find(target, agent, call.arrival.dialled)
        call.note(t.TransferStarted(call.id, call.now(), agent, leg, target.kind, target.name))
        self._hold(Leg.CUSTOMER)
        self.change(replace(self._talk, third=Third(leg, target, blind=True)))
        self._ring_third(leg, callee, agent, (call.arrival.number, call.arrival.name))
        if news is None:
            call.send(HangUpLeg(seat))
        else:
            self._news = news

    def _sole(self) -> tuple[str, Leg]:
        """The agent, who talks with the customer alone, and their seat."""
        talk = self._talk
        if talk.agent is None or talk.seat is None:
            raise NotAllowed("no agent is in this conversation")
        if talk.third is not None:
            raise NotAllowed("somebody is being called or asked already")
        return talk.agent, talk.seat

    def _consulted(self) -> Third:
        third = self._talk.third
        if third is None or third.blind:
            raise NotAllowed("nobody is being asked")
        if not third.up:
            raise NotAllowed(f"{third.target.name} has not answered yet")
        return third

    # -- what happens to the legs

    def on_ringing(self, leg: Leg) -> None:
        """A phone that we call rings."""
        third = self._talk.third
        if third is not None and third.blind and leg is third.leg:
            self._news(180)

    def on_answered(self, event: LegAnswered) -> None:
        """A leg of ours is up; the worker has connected it already."""
        call, third, watcher = self._call, self._talk.third, self._talk.watcher
        if event.leg is Leg.SUPERVISOR and watcher is not None:
            self._talk = replace(self._talk, watcher=replace(watcher, up=True))
            call.note(t.SupervisorJoined(call.id, event.at, watcher.username, watcher.mode))
        if third is None or event.leg is not third.leg:
            return
        up = replace(third, up=True)
        if third.blind:
            seat = self._talk.seat
            self._hand_over(up)
            self._tell(200)
            if seat is not None:
                call.send(HangUpLeg(seat))
            return
        self._talk = replace(self._talk, third=up)
        if self._talk.seat is not None:
            call.send(StopMusic(self._talk.seat))
        call.note(t.ConsultAnswered(call.id, event.at, third.leg))

    def on_held(self, leg: Leg, *, held: bool) -> None:
        """A phone puts the others on hold, or takes them back."""
        if leg is self._talk.seat and self._talk.between is not Between.THIRD:
            self._turned(AgentState.HOLD if held else AgentState.TALKING)

    def on_ended(self, event: LegEnded) -> None:
        """A leg of ours is gone."""
        third, seat = self._talk.third, self._talk.seat
        self._free(event.leg)
        watcher = self._talk.watcher
        if event.leg is Leg.SUPERVISOR and watcher is not None:
            self.change(replace(self._talk, watcher=None))
            call = self._call
            call.note(t.SupervisorLeft(call.id, event.at, watcher.username, event.end))
        elif third is not None and event.leg is third.leg:
            self._without(third, event.end)
        elif event.leg is seat:
            self._seat_gone(third)

    def _seat_gone(self, third: Third | None) -> None:
        """Whoever served the customer has hung up."""
        call, agent = self._call, self._talk.agent
        if third is not None and third.up:
            self._hand_over(third)
        elif third is not None and third.blind:
            self.left()
            self.change(replace(self._talk, seat=None, agent=None))
        else:
            if agent is not None:
                call.served = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)
            elif call.served is not None:
                call.served = replace(call.served, reason=Reason.THIRD_HUNG_UP)
            self.left()
            self._settle(None)

    def _without(self, third: Third, why: LegEnd) -> None:
        """The third party is gone or did not come."""
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
            self._settle(Onward(call.queue, call.entered_at) if call.queue else None)
            return
        call.send(StopMusic(talk.seat))
        self.change(alone)
        self._turned(AgentState.TALKING)

    def _hand_over(self, third: Third) -> None:
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

    def ring(self, leg: Leg, callee: Callee, asker: str, number: str, name: str) -> None:
        """Call somebody on a leg of ours, for ``asker``."""
        call = self._call
        self._people[leg] = _Person(callee, asker)
        self._house.directory.began(callee, asker, self._tag(leg))
        call.people[leg] = callee.agent
        call.legs.begin(leg)
        call.send(DialLeg(leg, callee.targets, number, name, callee.ring_s))

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

    def _turned(self, state: AgentState) -> None:
        call, agent = self._call, self._talk.agent
        if agent is not None:
            self._house.talk_desk.agent_turned(call.id, agent, state)

    def _ring_third(self, leg: Leg, callee: Callee, asker: str, shown: tuple[str, str]) -> None:
        """``shown`` (number and name) is what a colleague sees; outside they see a number of
        ours."""
        outside = (callee.caller, "")
        self.ring(leg, callee, asker, *(shown if callee.agent is not None else outside))

    def _hold(self, leg: Leg) -> None:
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
            self._house.directory.ended(person.callee, person.asker, self._tag(leg))
        elif leg is Leg.AGENT:
            self._agent_is_free()

    def _settle(self, onward: Onward | None) -> None:
        if not self._gone.done():
            self._gone.set_result(onward)
