"""The toll-fraud guard: may this agent, or this flow, dial this number now?

Every call to the outside has to pass here, however it came about: dialled by an agent or a flow,
asked for over the API, or the target of a transfer. ``permits`` alone (what may be dialled at all)
is asked once more at the door, for every INVITE that leaves for a trunk (``edge/permit.py``).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from callserver.call import numbers
from callserver.config.opening import Opening
from callserver.config.outgoing import Outgoing, zone

_FLOW = "flow:"  # no username has a colon
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
    """How much somebody may dial."""

    at_once: int
    per_hour: int
    per_day: int


class TollGuard:
    """One per controller. Calls that run are known by their ids."""

    def __init__(self, settings: Outgoing) -> None:
        self._settings = settings
        self._zone = zone(settings.timezone)
        self._running: dict[str, set[str]] = {}
        self._openings = tuple(map(Opening.parse, settings.hours))
        self._begun: dict[str, deque[float]] = {}
        one, many = settings, settings.flows
        self._agents = _Share(one.calls_at_once, one.per_hour, one.per_day)
        self._flows = _Share(many.calls_at_once, many.per_hour, many.per_day)

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

    def check(self, agent: str, number: str, now: float) -> Allowed | Denied:
        """Whether this agent (or :func:`flow`) may dial it now. Who then dials calls :meth:`began`,
        and :meth:`ended` afterwards."""
        verdict = self.permits(number)
        if isinstance(verdict, Denied):
            return verdict
        at = datetime.fromtimestamp(now, UTC).astimezone(self._zone)
        if self._openings and not any(opening.holds(at) for opening in self._openings):
            return Denied(Refusal.HOURS)
        share = self._share(agent)
        if len(self._running.get(agent, ())) >= share.at_once:
            return Denied(Refusal.AT_ONCE)
        begun = self._lately(agent, now)
        if len(begun) >= share.per_day:
            return Denied(Refusal.PER_DAY)
        if sum(now - one < HOUR_S for one in begun) >= share.per_hour:
            return Denied(Refusal.PER_HOUR)
        return verdict

    def began(self, agent: str, call: str, now: float) -> None:
        """The agent's call goes out."""
        self._lately(agent, now).append(now)
        self._running.setdefault(agent, set()).add(call)

    def ended(self, agent: str, call: str) -> None:
        """It is over, in whatever way."""
        running = self._running.get(agent, set())
        running.discard(call)
        if not running:
            self._running.pop(agent, None)

    def _share(self, agent: str) -> _Share:
        return self._flows if agent.startswith(_FLOW) else self._agents

    def _lately(self, agent: str, now: float) -> deque[float]:
        begun = self._begun.setdefault(agent, deque(maxlen=self._share(agent).per_day))
        while begun and now - begun[0] >= DAY_S:
            begun.popleft()
        return begun
