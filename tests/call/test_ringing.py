"""Several agents rung for a caller, under everything that can happen on both sides at once: wishes
of the router, phones that answer or decline, and commands and events that cross on their way.

The worker here does what ``DialLeg`` says of a worker, with a queue in each direction.
"""

from collections import deque
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from callserver.call.call import Call
from callserver.call.legs import Legs, Rung
from callserver.call.ringing import Ringing
from callserver.config import Config
from callserver.model.call import Leg
from callserver.model.commands import Command, DialLeg, HangUpLeg, StopRinging
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.testing.phones import FakePhones

AGENTS = ("anna", "bela", "cora")
Event = LegAnswered | LegEnded


class Worker:
    """One leg: rings for some, or is somebody's."""

    def __init__(self) -> None:
        self.inbox: deque[Command] = deque()
        self.outbox: deque[Event] = deque()
        self.rung: dict[str, int] = {}
        self.talks = ""

    def work(self) -> None:
        """Carry out the oldest command."""
        match self.inbox.popleft():
            case DialLeg(who=who, ring=ring) if not self.talks and who not in self.rung:
                self.rung[who] = ring
            case StopRinging(who=who) if who in self.rung:
                self._end(who, LegEnd.RELEASED)
            case HangUpLeg():
                for who in tuple(self.rung):
                    self._end(who, LegEnd.RELEASED)
                self.hang_up(LegEnd.RELEASED)
            case _:
                pass

    def answer(self, who: str) -> None:
        self.talks = who
        ring = self.rung.pop(who)
        self.outbox.append(LegAnswered(Leg.AGENT, "", "PCMU", 0.0, who, ring))
        for loser in tuple(self.rung):
            self._end(loser, LegEnd.RELEASED)

    def decline(self, who: str) -> None:
        self._end(who, LegEnd.DECLINED)

    def hang_up(self, end: LegEnd) -> None:
        if self.talks:
            self.talks = ""
            self.outbox.append(LegEnded(Leg.AGENT, "", end, 200, None, 0.0))

    def _end(self, who: str, end: LegEnd) -> None:
        ring = self.rung.pop(who)
        self.outbox.append(LegEnded(Leg.AGENT, "", end, 487, None, 0.0, who, ring))


class Scene:
    """The router's wishes on one side, the worker on the other, the caller's call in between."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.worker = Worker()
        self.wanted: set[str] = set()
        self.has_it = ""
        phones = FakePhones(*AGENTS)
        house: Any = SimpleNamespace(config=Config(), phones=phones, prompts=None)
        self.call: Any = SimpleNamespace(
            house=house,
            rung=Rung(),
            legs=Legs(),
            send=self.worker.inbox.append,
            queue=None,
            arrival=SimpleNamespace(number="+371", name="Jane"),
            taping=SimpleNamespace(tracks=lambda leg: ()),
        )
        self.ringing = Ringing(cast(Call, self.call), self._missed)

    def _missed(self, agent: str, why: LegEnd) -> None:
        assert agent in self.wanted, "nobody misses what they were not to have"
        assert why is LegEnd.DECLINED
        self.wanted.discard(agent)

    def step(self) -> None:
        chance, worker = self.chance, self.worker
        ways = [self._wish, self._wish]
        if worker.inbox:
            ways += [worker.work] * 3
        if worker.outbox:
            ways += [self._hear] * 3
        if worker.rung:
            ways.append(lambda: worker.answer(chance.choice([*worker.rung])))
            ways.append(lambda: worker.decline(chance.choice([*worker.rung])))
        if worker.talks and not self.has_it:
            ways.append(lambda: worker.hang_up(LegEnd.HUNG_UP))
        chance.choice(ways)()

    def _wish(self) -> None:
        """The router rings somebody, or takes them back."""
        agent = self.chance.choice(AGENTS)
        if self.has_it:
            return
        if agent in self.wanted:
            self.wanted.discard(agent)
            self.ringing.stop(agent)
        else:
            self.wanted.add(agent)
            self.ringing.ring(agent)

    def _hear(self) -> None:
        """As the session hears it."""
        event = self.worker.outbox.popleft()
        match event:
            case LegAnswered(who=who):
                for one in self.call.rung:
                    self.call.rung.discard(one)
                taker = self.ringing.answered(event)
                if taker is not None:
                    assert who in self.wanted and not self.has_it, "one of them has it"
                    self.has_it = who
                    for loser in self.wanted - {who}:
                        self.ringing.stop(loser)
                    self.wanted = {who}
            case LegEnded(who="") if self.has_it:
                self.has_it, self.wanted = "", set()
                self.ringing = Ringing(cast(Call, self.call), self._missed)
            case LegEnded(who=""):
                self.ringing.leg_gone()
            case LegEnded(who=who):
                this = self.call.rung.is_this(who, event.ring)
                self.call.rung.discard(who, event.ring)
                if this:
                    self.ringing.ended(event)

    def calm_down(self) -> None:
        """Everything that was said arrives."""
        for _ in range(200):
            while self.worker.inbox or self.worker.outbox:
                if self.worker.inbox:
                    self.worker.work()
                else:
                    self._hear()


@pytest.mark.parametrize("seed", range(40))
def test_those_ring_who_shall_and_one_at_most_has_the_call(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - repeatable, no secret
    for _ in range(25):
        scene = Scene(chance)
        for _ in range(chance.randint(5, 80)):
            scene.step()
        scene.calm_down()
        if scene.has_it:
            assert scene.worker.talks == scene.has_it
            assert scene.worker.rung == {}
        else:
            assert scene.worker.talks == "", "somebody is connected whom nobody wanted"
            assert set(scene.worker.rung) == scene.wanted
            assert set(scene.call.rung) == scene.wanted
