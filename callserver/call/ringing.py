"""Agents whose phones ring for a caller: what the router wants, and what the worker does about it.

The worker decides who was first, since nobody else sees both phones at the same moment. Commands
and events cross on their way: an answer may come from somebody who was taken back meanwhile. They
are hung up, and those who were released for their sake are rung again.
"""

from collections.abc import Callable

from callserver.call.call import Call
from callserver.call.whisper import whisper
from callserver.model.call import Leg
from callserver.model.commands import DialLeg, HangUpLeg, StopRinging
from callserver.model.events import LegAnswered, LegEnd, LegEnded


class Ringing:
    """Of one call. ``missed`` hears who did not take it, ``brief`` says what they hear first;
    ``ring_s``: other than usual."""

    def __init__(
        self,
        call: Call,
        missed: Callable[[str, LegEnd], None],
        brief: Callable[[Call], tuple[str, ...]] = whisper,
        ring_s: float | None = None,
    ) -> None:
        self._call = call
        self._ring_s = ring_s or call.house.config.agents.ring_timeout_s
        self._brief = brief
        self._missed = missed
        self._wanted: dict[str, int] = {}  # with the number of the ring, 0: any
        self._stray = False

    @property
    def agents(self) -> tuple[str, ...]:
        """Who shall be rung, in the order they were asked for."""
        return tuple(self._wanted)

    def ring(self, agent: str) -> None:
        """Ring all phones of the agent, too."""
        self._wanted[agent] = 0
        if not self._stray:
            self._dial(agent)

    def goes_on(self, agent: str) -> None:
        """After a restart: they are rung already."""
        self._wanted[agent] = 0

    def stop(self, agent: str) -> None:
        """Ring them no more; an answer that is on its way binds nobody."""
        if agent in self._wanted:
            del self._wanted[agent]
            self._call.send(StopRinging(Leg.AGENT, agent))

    async def release(self) -> None:
        """Ring nobody any more, and see them all gone."""
        self._wanted.clear()
        await self._call.release(Leg.AGENT)

    # -- what the worker says

    def answered(self, event: LegAnswered) -> str | None:
        """Who has the call now; None: one who had been taken back, and may be rung again."""
        if self._wanted.get(event.who) in (0, event.ring):
            return event.who
        self.refuse()
        return None

    def refuse(self) -> None:
        """Whoever has answered shall not have the call."""
        self._stray = True
        self._call.send(HangUpLeg(Leg.AGENT))

    def ended(self, event: LegEnded) -> None:
        """One of them is rung no more."""
        if event.who not in self._wanted:
            return
        if event.end is not LegEnd.RELEASED:
            del self._wanted[event.who]
            self._missed(event.who, event.end)
        elif not self._stray:
            self._dial(event.who)

    def leg_gone(self) -> None:
        """The leg is free again."""
        if self._stray:
            self._stray = False
            for agent in self.agents:
                self._dial(agent)

    def _dial(self, agent: str) -> None:
        """The worker connects the two by itself when a phone answers, so that nobody hears dead
        air, and also while no controller is there."""
        call, house = self._call, self._call.house
        targets = house.phones.targets(agent)
        if not targets:
            del self._wanted[agent]
            self._missed(agent, LegEnd.UNREACHABLE)
            return
        number = self._wanted[agent] = call.rung.add(agent)
        call.send(
            DialLeg(
                leg=Leg.AGENT,
                targets=targets,
                number=call.arrival.number,
                name=call.arrival.name,
                ring_timeout_s=self._ring_s,
                bridge_to=Leg.CUSTOMER,
                tracks=call.taping.tracks(Leg.AGENT),
                whisper=self._brief(call),
                who=agent,
                at_once=True,
                ring=number,
            )
        )
