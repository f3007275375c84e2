"""Whom a call can go to: agents by their phones, numbers outside through a trunk.

Every call to the outside passes the toll guard here, whoever asked for it and in whatever way.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from callserver.call.toll import Denied, Refusal, TollGuard
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model.agent import AgentState
from callserver.model.commands import DialTarget
from callserver.model.errors import NotAllowed, NotDialled, OnACall, UnknownName
from callserver.model.ports import Clock, Phones
from callserver.model.talk import Target, TargetKind

ABLE = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP})


_WHY = {
    Refusal.NO_NUMBER: "it is no telephone number",
    Refusal.NOT_ALLOWED: "outgoing.allow and outgoing.deny do not let it be dialled",
    Refusal.PREMIUM: "it costs the caller extra (outgoing.premium)",
    Refusal.HOURS: "not at this time (outgoing.hours)",
    Refusal.AT_ONCE: "so many calls go out already (calls_at_once)",
    Refusal.PER_HOUR: "so many went out in the last hour (per_hour)",
    Refusal.PER_DAY: "so many went out in the last 24 hours (per_day)",
    Refusal.LINE_AT_ONCE: "so many calls of this line go out already (its calls_at_once)",
    Refusal.LINE_PER_HOUR: "so many of this line went out in the last hour (its per_hour)",
    Refusal.LINE_PER_DAY: "so many of this line went out in the last 24 hours (its per_day)",
    Refusal.DO_NOT_CALL: "they asked not to be called",
}


class TollDenied(NotDialled):
    """The toll guard does not let an agent dial a number. Cure: `outgoing` in the configuration,
    if they should."""

    def __init__(self, agent: str, reason: Refusal) -> None:
        told = f"the toll guard does not let {agent} dial this: {reason}, {_WHY[reason]}"
        super().__init__(told)
        self.reason = reason


class Trunks(Protocol):
    """The ways out."""

    def trunk_targets(self, trunk: str, number: str) -> tuple[DialTarget, ...]:
        """Where a number is dialled through a trunk, its hosts in order; empty: it has none.
        Raises ``UnknownName``."""
        ...


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who can be called now. ``agent``: one of ours; ``number`` is dialled (E.164 outside,
    else the username), ``caller`` the number they are shown when nobody says otherwise, ``trunk``
    the way out. ``joined``: nothing is to be paid, as they are a place of ours, or in another call
    already."""

    targets: tuple[DialTarget, ...]
    number: str
    caller: str
    agent: str | None
    ring_s: float
    trunk: str | None = None
    joined: bool = False
    line: str = ""
    """The line for which they are called, whose number they see."""


class Directory:
    """One per controller. ``state`` is what an agent does now, None: there is no such agent;
    ``occupied`` hears how many calls an agent has that no queue gave them; ``line_of`` is the line
    for which an agent calls who names none."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        metrics: Metrics,
        phones: Phones,
        trunks: Trunks,
        toll: TollGuard,
        state: Callable[[str], AgentState | None],
        occupied: Callable[[str, int], None],
        line_of: Callable[[str], str] = lambda agent: "",
    ) -> None:
        self._config = config
        self._clock = clock
        self._metrics = metrics
        self._phones = phones
        self._trunks = trunks
        self._toll = toll
        self._state = state
        self._occupied = occupied
        self._line_of = line_of
        self._calls: defaultdict[str, set[str]] = defaultdict(set)

    def dialable(self, number: str) -> str | None:
        """The number in E.164, if anybody may dial it at any time."""
        verdict = self._toll.permits(number)
        return None if isinstance(verdict, Denied) else verdict.number

    def spares(self, number: str) -> bool:
        """Whether this number (E.164) is not called: they asked not to be."""
        return self._toll.spares(number, self._clock.now())

    def target(self, dialled: str) -> Target:
        """What somebody dialled: an agent's username, a queue, else a number outside."""
        if self._state(dialled) is not None:
            return Target(TargetKind.AGENT, dialled)
        if dialled in self._config.queues:
            return Target(TargetKind.QUEUE, dialled)
        return Target(TargetKind.EXTERNAL, dialled)

    def has_queue(self, name: str) -> None:
        """Raises ``UnknownName``."""
        if name not in self._config.queues:
            queues = ", ".join(sorted(self._config.queues))
            raise UnknownName(f"no queue {name!r}; there are: {queues}")

    def find(self, target: Target, asker: str, line: str, *, asked: bool = False) -> Callee:
        """Where a target (no queue) can be called for ``asker`` (an agent, or a flow as
        :func:`callserver.call.toll.flow` names it, who pays with the toll guard's allowance) in a
        call to ``line``. ``asked``: they want this call. Raises ``UnknownName``, ``NotAllowed``."""
        if target.kind is TargetKind.AGENT:
            if target.name == asker:
                raise NotAllowed(f"{asker} cannot call themselves")
            return self._agent(target.name)
        if target.kind is TargetKind.EXTERNAL:
            return self._outside(target.name, asker, line or self._line_of(asker), asked)
        if target.kind is TargetKind.PLACE:
            return self._place(target.name, line)
        raise NotAllowed("a queue cannot be called")

    def seat(self, username: str) -> Callee:
        """The phones of an agent who is at work and on no call. Raises ``UnknownName``,
        ``NotAllowed``."""
        if self._state(username) is AgentState.SIGNED_OUT:
            raise NotAllowed(f"{username} is not signed in")
        return self._agent(username)

    def _agent(self, username: str) -> Callee:
        state = self._state(username)
        if state is None:
            raise UnknownName(f"no agent {username!r}")
        if state is not AgentState.SIGNED_OUT and (state not in ABLE or self._calls[username]):
            raise OnACall(f"{username} is on a call")
        targets = self._phones.targets(username)
        if not targets:
            raise NotAllowed(f"{username} has no phone that is registered")
        ring_s = self._config.agents.ring_timeout_s
        return Callee(targets, username, username, username, ring_s)

    def _outside(self, number: str, asker: str, line: str, asked: bool) -> Callee:
        verdict = self._toll.check(asker, number, self._clock.now(), line, asked=asked)
        if isinstance(verdict, Denied):
            self._metrics.dialling_denied.labels(verdict.reason).inc()
            raise TollDenied(asker, verdict.reason)
        outgoing = self._config.outgoing
        if not outgoing.trunk:
            raise UnknownName("outgoing.trunk is not set: there is no way out")
        targets = self._trunks.trunk_targets(outgoing.trunk, verdict.number)
        if not targets:
            raise UnknownName(f"trunks.{outgoing.trunk} has no hosts: there is no way out")
        caller, ring_s, trunk = self._shown(line), outgoing.ring_timeout_s, outgoing.trunk
        return Callee(targets, verdict.number, caller, None, ring_s, trunk, line=line)

    def _place(self, name: str, line: str) -> Callee:
        place = self._config.places.get(name)
        if place is None:
            raise UnknownName(f"no place {name!r}; there are: {', '.join(self._config.places)}")
        targets = self._trunks.trunk_targets(place.trunk, place.user)
        shown, ring_s = self._shown(line), place.ring_timeout_s
        return Callee(targets, place.user, shown, None, ring_s, place.trunk, joined=True)

    def _shown(self, line: str) -> str:
        """The number of ours that is shown outside."""
        dialled = self._config.lines.get(line)
        return (dialled.caller if dialled is not None else "") or self._config.outgoing.caller

    def began(self, callee: Callee, asker: str, tag: str) -> None:
        """They are called; ``tag`` names this call until :meth:`ended`."""
        if callee.agent is None and not callee.joined:
            self._toll.began(asker, tag, self._clock.now(), callee.line)
        elif callee.agent is not None:
            self.occupy(callee.agent, tag)

    def ended(self, callee: Callee, asker: str, tag: str) -> None:
        """It is over, however it went."""
        if callee.agent is None:
            self._toll.ended(asker, tag, callee.line)
        else:
            self.vacate(callee.agent, tag)

    def occupy(self, agent: str, tag: str) -> None:
        """An agent has a call that no queue gave them."""
        self._calls[agent].add(tag)
        self._occupied(agent, len(self._calls[agent]))

    def vacate(self, agent: str, tag: str) -> None:
        """It is over."""
        if tag in self._calls[agent]:
            self._calls[agent].remove(tag)
            self._occupied(agent, len(self._calls[agent]))
        if not self._calls[agent]:
            del self._calls[agent]
