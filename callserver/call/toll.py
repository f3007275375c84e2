"""The toll-fraud guard: may this agent, or this flow, dial this number now?

Every call to the outside has to pass here, however it came about: dialled by an agent or a flow,
asked for over the API, or the target of a transfer. It is also where those are spared who asked not
to be called. ``permits`` alone (what may be dialled at all) is asked once more at the door, for
every INVITE that leaves for a trunk (``edge/permit.py``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from callserver.call import numbers
from callserver.call.do_not_call import Unwilling
from callserver.config.opening import is_open, openings
from callserver.config.outgoing import LineCalls, Outgoing, zone

_FLOW = "flow:"  # no username has a colon
_LINE = "line:"
HOUR_S = 3600.0
DAY_S = 86_400.0
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


class Refusal(StrEnum):
    """Why a number is not dialled."""

    NO_NUMBER = "no_number"
    NOT_ALLOWED = "not_allowed"
    PREMIUM = "premium"
    HOURS = "hours"
    AT_ONCE = "at_once"
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"
    LINE_AT_ONCE = "line_at_once"  # the calls that show the number of this line
    LINE_PER_HOUR = "line_per_hour"
    LINE_PER_DAY = "line_per_day"
    DO_NOT_CALL = "do_not_call"  # they asked not to be called


@dataclass(frozen=True, slots=True)
class Allowed:
    """Dial this: the number in E.164, with its plus sign."""

    number: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Do not."""

    reason: Refusal


def flow(name: str) -> str:
    """The name under which a flow dials."""
    return f"{_FLOW}{name}"


@dataclass(frozen=True, slots=True)
class _Share:
    """How much somebody may dial; 0: any number."""

    at_once: int
    per_hour: int
    per_day: int


_MOST_KEPT = 100_000  # of a line that has limits of the hour and none of the day


class TollGuard:
    """One per controller. Calls that run are known by their ids. ``lines`` are the limits of lines,
    ``unwilling`` those who asked not to be called."""

    def __init__(
        self,
        settings: Outgoing,
        lines: Mapping[str, LineCalls] | None = None,
        unwilling: Unwilling | None = None,
    ) -> None:
        self._settings = settings
        self._zone = zone(settings.timezone)
        self._running: dict[str, set[str]] = {}
        self._openings = openings(settings.hours)
        self._begun: dict[str, deque[float]] = {}
        one, many = settings, settings.flows
        self._agents = _Share(one.calls_at_once, one.per_hour, one.per_day)
        self._flows = _Share(many.calls_at_once, many.per_hour, many.per_day)
        self._lines = {
            name: _Share(line.calls_at_once, line.per_hour, line.per_day)
            for name, line in (lines or {}).items()
            if line.calls_at_once or line.per_hour or line.per_day
        }
        self._unwilling = unwilling or Unwilling()

    def permits(self, number: str) -> Allowed | Denied:
        """Whether anybody may dial this number, at any time."""
        parsed = numbers.parse(number, self._settings.country)
        if parsed is None:
            return Denied(Refusal.NO_NUMBER)
        e164 = numbers.e164(parsed)
        if not e164.startswith(self._settings.allow) or e164.startswith(self._settings.deny):
            return Denied(Refusal.NOT_ALLOWED)
        if not self._settings.premium and phonenumbers.number_type(parsed) in _COSTLY:
            return Denied(Refusal.PREMIUM)
        return Allowed(e164)

    def spares(self, number: str, now: float) -> bool:
        """Whether this number (E.164) is not called, because they asked not to be."""
        return self._unwilling.holds(number, now)

    def check(
        self, agent: str, number: str, now: float, line: str = "", *, asked: bool = False
    ) -> Allowed | Denied:
        """Whether this agent (or :func:`flow`) may dial it now, showing the number of ``line``
        (empty: of none). ``asked``: they want this call. Who then dials calls :meth:`began`, and
        :meth:`ended` afterwards."""
        verdict = self.permits(number)
        if isinstance(verdict, Denied):
            return verdict
        if not asked and self.spares(verdict.number, now):
            return Denied(Refusal.DO_NOT_CALL)
        at = datetime.fromtimestamp(now, UTC).astimezone(self._zone)
        if not is_open(self._openings, at):
            return Denied(Refusal.HOURS)
        spent = (self._spent(owner, now) for owner in self._owners(agent, line))
        refused = next(filter(None, spent), None)
        return verdict if refused is None else Denied(refused)

    def _owners(self, agent: str, line: str) -> tuple[str, ...]:
        """Whose limits count."""
        return (agent, _LINE + line) if line in self._lines else (agent,)

    def _spent(self, owner: str, now: float) -> Refusal | None:
        """Which limit does not allow another call; None: none of them."""
        share, begun = self._share(owner), self._lately(owner, now)
        lines = owner.startswith(_LINE)
        if 0 < share.at_once <= len(self._running.get(owner, ())):
            return Refusal.LINE_AT_ONCE if lines else Refusal.AT_ONCE
        if 0 < share.per_day <= len(begun):
            return Refusal.LINE_PER_DAY if lines else Refusal.PER_DAY
        if 0 < share.per_hour <= sum(now - one < HOUR_S for one in begun):
            return Refusal.LINE_PER_HOUR if lines else Refusal.PER_HOUR
        return None

    def began(self, agent: str, call: str, now: float, line: str = "") -> None:
        """The agent's call goes out, with the number of a line."""
        for owner in self._owners(agent, line):
            self._lately(owner, now).append(now)
            self._running.setdefault(owner, set()).add(call)

    def ended(self, agent: str, call: str, line: str = "") -> None:
        """It is over, in whatever way."""
        for owner in self._owners(agent, line):
            running = self._running.get(owner, set())
            running.discard(call)
            if not running:
                self._running.pop(owner, None)

    def _share(self, owner: str) -> _Share:
        if owner.startswith(_LINE):
            return self._lines[owner.removeprefix(_LINE)]
        return self._flows if owner.startswith(_FLOW) else self._agents

    def _lately(self, owner: str, now: float) -> deque[float]:
        most = self._share(owner).per_day or _MOST_KEPT
        begun = self._begun.setdefault(owner, deque(maxlen=most))
        while begun and now - begun[0] >= DAY_S:
            begun.popleft()
        return begun
