"""What the controller knows of the legs of one call, and how it waits for them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from callserver.model.call import Leg
from callserver.model.events import LegAnswered, LegEnded


@dataclass(slots=True)
class _LegState:
    answered: LegAnswered | None = None
    ended: LegEnded | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Legs:
    """The legs by name. A name can be used again after its leg ended (the next agent)."""

    def __init__(self) -> None:
        self._legs: dict[Leg, _LegState] = {}

    def begin(self, leg: Leg) -> None:
        """A new leg of this name."""
        self._legs[leg] = _LegState()

    def answered(self, event: LegAnswered) -> None:
        if (state := self._legs.get(event.leg)) is not None:
            state.answered = event
            state.changed.set()

    def ended(self, event: LegEnded) -> None:
        if (state := self._legs.get(event.leg)) is not None:
            state.ended = event
            state.changed.set()

    def alive(self) -> tuple[Leg, ...]:
        return tuple(leg for leg, state in self._legs.items() if state.ended is None)

    def sip_call_id(self, leg: Leg) -> str:
        """The Call-ID of a leg that is up; empty: it is not."""
        state = self._legs.get(leg)
        up = state is not None and state.ended is None
        return state.answered.sip_call_id if up and state and state.answered else ""

    async def answer(self, leg: Leg) -> LegAnswered | LegEnded:
        """Wait until the leg is answered or gone."""
        state = self._legs[leg]
        while not (outcome := state.ended or state.answered):
            await self._change(state)
        return outcome

    async def end(self, leg: Leg) -> LegEnded:
        """Wait until the leg is gone."""
        state = self._legs[leg]
        while state.ended is None:
            await self._change(state)
        return state.ended

    @staticmethod
    async def _change(state: _LegState) -> None:
        state.changed.clear()
        await state.changed.wait()


class Rung:
    """Those whose phones the worker rings, as far as we know, each with the number of the ring (0:
    any). ``first`` is none that an earlier controller may have given."""

    def __init__(self, first: int = 1) -> None:
        self._who: dict[str, int] = {}
        self._numbers = count(max(first, 1))
        self._nobody = asyncio.Event()

    def add(self, who: str) -> int:
        """They are about to be rung; the number of the ring."""
        self._who[who] = number = next(self._numbers)
        return number

    def found(self, who: str) -> None:
        """After a restart: they are rung already."""
        self._who[who] = 0

    def is_this(self, who: str, ring: int) -> bool:
        """Whether they are rung, and this is the ring."""
        return who in self._who and (not ring or self._who[who] in (0, ring))

    def discard(self, who: str, ring: int = 0) -> None:
        """They are rung no more, unless it was an earlier ring that ended."""
        if self.is_this(who, ring):
            del self._who[who]
        if not self._who:
            self._nobody.set()

    def __contains__(self, who: str) -> bool:
        return who in self._who

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._who))

    def __bool__(self) -> bool:
        return bool(self._who)

    async def nobody(self) -> None:
        """Wait until none of them is rung."""
        while self._who:
            self._nobody.clear()
            await self._nobody.wait()
