"""The queue's side of a call to somebody who is called back: an agent is rung in their turn, and
the customer is called once an agent is there for them, before or after the agent's phone rings.

The place in the queue was taken by a :class:`callserver.callback.standing.Standing`; it hands over
to this as soon as an agent is reserved.
"""

import asyncio
from contextlib import suppress

from callserver.call.call import Call
from callserver.call.dialled import SEAT
from callserver.call.directory import Callee
from callserver.call.ordered import BRIEF_S
from callserver.call.ringing import Ringing
from callserver.call.talk import Talk
from callserver.call.visit import QueueVisit
from callserver.callback.answering import Answering
from callserver.callback.book import closing
from callserver.callback.customer import MACHINE, Customer, first
from callserver.callback.standing import TICKET, Standing
from callserver.callback.whisper import whisper
from callserver.config.callbacks import Callbacks as Rules
from callserver.model import facts as f
from callserver.model.call import Leg, Phase
from callserver.model.callback import Callback, CallbackState, Outcome
from callserver.model.commands import StartMusic, StopMusic
from callserver.model.events import LegAnswered, LegEnded
from callserver.model.flow import Waited, WaitEnd
from callserver.model.overflow import Notice
from callserver.speech.phrases import Phrase, phrase

NOBODY = Waited(WaitEnd.SENT_ON, "")


class CallbackVisit(QueueVisit):
    """One call for one request. ``callee`` is how the customer is dialled."""

    def __init__(
        self, call: Call, request: Callback, rules: Rules, callee: Callee, standing: Standing | None
    ) -> None:
        super().__init__(call, request.queue, request.priority, request.entered_at, TICKET)
        if rules.mode == "agent_first":
            self._ringing = Ringing(call, self._missed, whisper)
        else:
            self._ringing = Ringing(call, self._missed, ring_s=rules.agent_ring_s)
        self._request = request
        self._rules = rules
        self._standing = standing
        self._reserved: list[str] = []
        self.customer = Customer(call, request, rules, callee)
        self.briefed = asyncio.Event()
        self.greeted = False
        """The customer is spoken to: agents may be rung for them."""
        self.answering = Answering(call, rules)

    # -- the router's side

    def offer(self, agent: str) -> None:
        if self._customer_first and not self.greeted:
            self._reserved.append(agent)
        else:
            super().offer(agent)

    def retract(self, agent: str) -> None:
        if agent in self._reserved:
            self._reserved.remove(agent)
            self._settle()
        else:
            super().retract(agent)

    def send(self, queue: str) -> None:
        """They asked for this queue, and are not on the line to be sent to another."""
        if self.greeted:
            super().send(queue)

    def announce(self, notice: Notice) -> None:
        """There is nobody to hear it."""

    def _join(self, since: float) -> None:
        """The standing had the place; its offers are ours now."""
        standing, self._standing = self._standing, None
        for agent in standing.hand_over(self) if standing is not None else ():
            self.offer(agent)
        self._settle()

    def _settle(self) -> None:
        super()._settle()
        asyncio.get_running_loop().call_soon(self._give_up_alone)

    def _give_up_alone(self) -> None:
        """No agent is reserved any more and nobody is on the line: the request goes back to where
        it stood."""
        reserved = self._reserved or self._ringing.agents or self._taker
        if not reserved and not self.customer.dialled and self._call.phase is Phase.QUEUED:
            self._go(NOBODY)

    # -- agent first

    @property
    def _customer_first(self) -> bool:
        return self._rules.mode == "customer_first"

    async def _talk(self, agent: str) -> None:
        if self._customer_first or await self._reach_for(agent):
            self.customer.succeed()
            await super()._talk(agent)

    async def _reach_for(self, agent: str) -> bool:
        """The agent is there; call the customer. Whether they talk."""
        call = self._call
        if whisper(call):
            with suppress(TimeoutError):
                async with asyncio.timeout(BRIEF_S):
                    await first(self.briefed.wait(), call.legs.end(SEAT))
        try:
            if SEAT in call.legs.alive() and await self._dial(agent, SEAT):
                return True
        except BaseException:
            self._house.desk.agent_spared(call.id, agent)
            raise
        await call.release(Leg.CUSTOMER)
        await self._let_go(agent)
        return False

    async def _dial(self, agent: str, waits: Leg | None) -> bool:
        return await self.customer.dial(agent, waits, self.answering.cadence)

    async def go_on_reaching(self, agent: str) -> None:
        """After a restart: it rings at the customer's, and the agent is reserved."""
        call = self._call
        self.customer.rings()
        if self._customer_first:
            place = (self._priority, self._request.entered_at, (agent,), self._ticket)
            self._house.desk.rejoin(call.id, self._queue, self, *place)
            self._reserved.append(agent)
            if await self._answered(None):
                await super()._serve(call.now())
            else:
                await self._leave_message()
            return
        call.people[SEAT] = call.agent = agent
        if await self.customer.answers(SEAT):
            self.customer.succeed()
            await super()._talk(agent)
        else:
            await call.release(Leg.CUSTOMER)
            await self._let_go(agent)

    async def go_on_talking(
        self, agent: str, talk: Talk | None, events: tuple[LegAnswered | LegEnded, ...]
    ) -> None:
        """After a restart: they talk."""
        self.take_up(talked=True)
        self._call.people[SEAT] = self._call.agent = agent
        await self._conversation(agent, talk, events)

    def take_up(self, *, talked: bool) -> None:
        """After a restart: the customer is on the line, and has talked with an agent or not."""
        self.greeted = True
        self.customer.is_there(talked=talked)
        if not talked:
            self._play_music()

    async def _let_go(self, agent: str) -> None:
        """The agent's phone is free again."""
        call = self._call
        call.move(Phase.FLOW)
        await call.release(SEAT)
        self._house.desk.agent_spared(call.id, agent)

    # -- customer first

    async def _serve(self, since: float) -> None:
        call = self._call
        there = not self._customer_first or self.customer.up
        if there or (self._reserved and await self._answered(self._reserved[0])):
            await super()._serve(since)
        else:
            call.note(f.QueueLeft(call.id, call.now(), self._queue, call.now() - since))
            await self._leave_message()

    async def _leave_message(self) -> None:
        """If a machine has answered, and is to be told; no agent is kept for that."""
        call = self._call
        told = self.customer.outcome is Outcome.MACHINE and self.answering.leaves_message
        if told and await self.answering.leave_message():
            over = (call.now(), CallbackState.TOLD, call.id, Outcome.MACHINE)
            call.note(closing(self._request, *over))

    async def _answered(self, agent: str | None) -> bool:
        """Call the customer (or, None: wait for the answer), then ring those who are reserved."""
        call = self._call
        if self.answering.acts:
            call.send(StopMusic(Leg.CUSTOMER))  # we listen until it is known who answers
        try:
            customer = self.customer
            there = await (customer.answers(None) if agent is None else self._dial(agent, None))
            if there and await self.answering.is_machine():
                customer.fail(Outcome.MACHINE)
                customer.ending, there = MACHINE, False
        except BaseException:
            self._house.desk.leave(call.id)
            raise
        if not there:
            self._house.desk.leave(call.id)
            call.move(Phase.FLOW)
            return False
        self._greet()
        reserved, self._reserved = self._reserved, []
        for one in reserved:
            super().offer(one)
        return True

    def _greet(self) -> None:
        call, prompts = self._call, self._house.prompts
        self.greeted = True
        if self.answering.acts:
            self._play_music()
        hello = prompts.say(call.language, phrase(Phrase.CALLBACK_GREETING, call.language))
        call.player.announce((hello,))

    def _play_music(self) -> None:
        self._call.send(StartMusic(Leg.CUSTOMER, self._house.prompts.music(self._queue)))
