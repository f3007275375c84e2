"""The state of one call and its simplest acts; session and queue visit work on it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from callserver.call import lifecycle
from callserver.call.keypad import Keypad
from callserver.call.legs import Legs, Rung
from callserver.call.messages import Messages
from callserver.call.player import Player
from callserver.call.services import Services
from callserver.model.call import Arrival, Ending, Leg, Phase
from callserver.model.commands import Command, HangUpLeg
from callserver.model.events import LegAnswered, LegEnded, WorkerReturned
from callserver.model.facts import Fact
from callserver.model.flow import Value
from callserver.model.ports import CallWorker
from callserver.model.survey import About
from callserver.model.talk import agent_of

if TYPE_CHECKING:
    from callserver.call.conversation import Conversation
    from callserver.call.dialling import Dialling
    from callserver.call.visit import QueueVisit

RELEASE_S = 2.0


class Call:
    """One call. ``served`` is how it will have ended if nothing else happens any more: set once
    an agent has talked with the customer. ``entered_at`` is the time that counts for its place in
    queues, ``people`` are the agents on our legs, ``rung`` those whose phones ring for it, from a
    queue or because a flow dials, ``conversation`` is the one that goes on, ``contact`` what is
    known of the customer, ``about`` the other call that this one asks about, ``unheard`` what those
    who are rung did after a restart, before there was anybody again to hear it."""

    def __init__(self, call: str, arrival: Arrival, language: str, house: Services) -> None:
        self.id = call
        self.arrival = arrival
        self.language = language
        self.house = house
        self.phase = Phase.ARRIVING
        self.worker: CallWorker | None = None
        self.queue: str | None = None
        self.priority = 0
        self.entered_at: float | None = None
        self.agent: str | None = None
        self.people: dict[Leg, str | None] = {}
        self.conversation: Conversation | None = None
        self.visit: QueueVisit | None = None
        self.exits: Collection[str] = ()
        self.dialling: Dialling | None = None
        self.served: Ending | None = None
        self.about: About | None = None
        self.contact: Mapping[str, Value] = {}
        self.taping = house.recordings.taping(call, self.send, self.note)
        self.legs = Legs()
        self.rung = Rung(int(1000 * house.clock.now()))
        self.unheard: list[LegAnswered | LegEnded] = []
        self.keypad = Keypad()
        self.player = Player(self.send)
        self.messages = Messages(self)
        self.arrived = asyncio.Event()
        self.empty = asyncio.Event()

    def now(self) -> float:
        return self.house.clock.now()

    def note(self, fact: Fact) -> None:
        self.house.journal.note(fact)

    def move(self, phase: Phase) -> None:
        self.phase = lifecycle.move(self.phase, phase)

    def send(self, command: Command) -> None:
        if self.worker is not None:
            self.worker.send(command)

    def take_up(self, returned: WorkerReturned) -> None:
        """The legs as the worker of a restarted call reports them, and the keys pressed since."""
        for leg in Leg:
            answered = [one for one in returned.answered if one.leg is leg]
            ended = [one for one in returned.ended if one.leg is leg and not one.who]
            # the customer's is there from the start: it may wait for the ACK that died with us
            ringing = leg in returned.ringing and not returned.rung
            if leg is Leg.CUSTOMER or ringing or answered or ended:
                self.legs.begin(leg)
            if answered and not ringing:
                self.legs.answered(answered[-1])
            over = ended and (not answered or ended[-1].at >= answered[-1].at)
            if over and not ringing:
                self.legs.ended(ended[-1])
        for who in returned.rung:
            self.rung.found(who)
        for digit in returned.digits:
            if digit.leg is Leg.CUSTOMER:
                self.keypad.press(digit.digit, digit.at)

    def tell_unheard(self, to: QueueVisit | Dialling) -> None:
        """``to`` is in its place again, and knows who is rung."""
        unheard, self.unheard = self.unheard, []
        for event in unheard:
            if isinstance(event, LegAnswered):
                to.on_answered(event)
            else:
                to.on_rung(event)

    def picked_up(self, event: LegAnswered) -> None:
        """One of those who were rung from a queue has the leg, and the worker rings nobody else."""
        for who in self.rung:
            self.rung.discard(who)
        self.legs.begin(event.leg)
        self.people[event.leg] = agent_of(event.who)

    async def release(self, leg: Leg) -> None:
        """Hang a leg up and see it gone, with all who are rung for it, so that its phones are free
        for the next call; a phone that does not answer our BYE or CANCEL is waited for no longer
        than ``RELEASE_S``."""
        alive = leg in self.legs.alive()
        if not alive and not (leg is Leg.AGENT and self.rung):
            return
        self.send(HangUpLeg(leg))
        with suppress(TimeoutError):
            async with asyncio.timeout(RELEASE_S):
                if alive:
                    await self.legs.end(leg)
                if leg is Leg.AGENT:
                    await self.rung.nobody()
