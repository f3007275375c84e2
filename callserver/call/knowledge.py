"""What the flow of a call can ask about: its own variables, and every row of the table of system
variables (``ivr/variables.py``)."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import phonenumbers

from callserver import log
from callserver.call.call import Call
from callserver.config.outgoing import zone
from callserver.ivr.variables import is_system
from callserver.model.agent import AgentState
from callserver.model.errors import StoreError
from callserver.model.flow import Value
from callserver.model.people import CallerPast

KNOWN_WITHIN_S = 0.3
DAY_S = 86_400.0
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_log = log.get("call")


class Knowledge:
    """Of one call. What the store knows of the caller is asked once, when the call comes; what it
    does not answer in time is as if there was nothing."""

    def __init__(self, call: Call, line_name: str) -> None:
        self._call = call
        self._past = CallerPast()
        self.caller: Mapping[str, Value] = {}
        """What is known of whoever calls."""
        self._own: dict[str, Value] = {}
        self._secret = set[str]()
        self._system: Mapping[str, Callable[[list[str]], Value]] = {
            "caller.number": lambda _: self.number,
            "caller.name": lambda _: call.arrival.name,
            "caller.language": lambda _: call.language,
            "caller.calls_24h": lambda _: self._past.calls,
            "caller.open_callbacks": lambda _: self._past.open_callbacks,
            "caller.last_agent": lambda _: self._past.last_agent,
            "caller.contact.": lambda parts: self.caller.get(parts[2]),
            "call.id": lambda _: call.id,
            "line.number": lambda _: call.arrival.dialled,
            "line.name": lambda _: line_name,
            "queue.": lambda parts: self._queue(parts[1], parts[2]),
            "hours.": lambda parts: self._hours(parts[1]),
            "now.date": lambda _: f"{self._now():%Y-%m-%d}",
            "now.time": lambda _: f"{self._now():%H:%M}",
            "now.weekday": lambda _: WEEKDAYS[self._now().weekday()],
        }

    async def fetch(self) -> None:
        """Ask what is known of the caller; never takes long, never fails."""
        number, since = self._call.arrival.number, self._call.arrival.at - DAY_S
        if not number:
            return
        callers = self._call.house.callers
        with self._briefly():
            async with asyncio.timeout(KNOWN_WITHIN_S):
                self._past = await callers.past(number, since, self._call.id)
                found = await callers.contact(self._e164(number))
                self.learn({} if found is None else found.known())

    def learn(self, fields: Mapping[str, Value]) -> None:
        """More is known of the caller: what comes later goes before what was there."""
        self.caller = {**self.caller, **fields}

    @property
    def number(self) -> str:
        """The caller's, in E.164; empty: withheld."""
        return self._e164(self._call.arrival.number)

    async def contact(self, number: str) -> Mapping[str, Value] | None:
        """The fields of the contact with this number, however it is written; None: there is none,
        or nobody could say in time."""
        with self._briefly():
            async with asyncio.timeout(KNOWN_WITHIN_S):
                found = await self._call.house.callers.contact(self._e164(number))
                return None if found is None else found.known()
        return None

    @contextmanager
    def _briefly(self) -> Iterator[None]:
        try:
            yield
        except (StoreError, TimeoutError) as error:
            _log.warning("caller_unknown", call=self._call.id, error=str(error) or "too slow")

    def variable(self, name: str) -> Value:
        """Its value; nothing when it has none."""
        if not is_system(name):
            return self._own.get(name)
        parts = name.split(".")
        for key in (name, ".".join(parts[:2]) + ".", parts[0] + "."):
            if key in self._system and len(parts) == (2 if key == name else 3):
                return self._system[key](parts)
        return None

    def set(self, values: Mapping[str, Value], *, secret: bool) -> None:
        self._own.update(values)
        if secret:
            self._secret.update(values)
        else:
            self._secret.difference_update(values)

    def is_secret(self, name: str) -> bool:
        return name in self._secret

    def _e164(self, number: str) -> str:
        return e164(number, self._call.house.config.outgoing.country)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._call.now(), zone(self._call.house.config.ivr.timezone))

    def _hours(self, name: str) -> Value:
        calendar = self._call.house.config.hours.get(name)
        return None if calendar is None else str(calendar.at(self._call.now()))

    def _queue(self, name: str, what: str) -> Value:
        view = next((one for one in self._call.house.desk.queues() if one.name == name), None)
        if view is None:
            return None
        match what:
            case "length":
                return len(view.waiting)
            case "agents_ready":
                return view.agents.get(AgentState.READY, 0)
            case "estimate_s":
                return view.estimate_s
            case _:
                return None


def e164(number: str, country: str) -> str:
    """A number as it came, in E.164 where it can be understood; empty when it is withheld."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return number if number.removeprefix("+").isdigit() else ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
