"""Asking a CRM who calls. Implements ``CallerLookup``: a connector, or any server that answers JSON
(a destination of the configuration)."""

import asyncio
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from callserver.config.lookup import NUMBER
from callserver.config.lookup import Lookup as Options
from callserver.crm.connectors.courier import Courier
from callserver.model.connectors import Found
from callserver.model.errors import OutsideError
from callserver.model.flow import Value
from callserver.model.outside import Outside, Request
from callserver.model.ports import Clock

PATIENCE: Final = 3
"""Answers in a row that came late or not at all: then nobody waits for them."""
MOST_FIELDS: Final = 40
MOST_CHARACTERS: Final = 500
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Lookup:
    """``source`` is whom it asks, by name."""

    def __init__(
        self, options: Options, couriers: Mapping[str, Courier], outside: Outside, clock: Clock
    ) -> None:
        self.source = options.ask
        self._options = options
        self._courier = couriers.get(options.ask)
        self._outside = outside
        self._clock = clock
        self._missed = 0
        self._unanswered: list[float] = []
        """When each was asked, the oldest first."""

    @property
    def wait_s(self) -> float:
        if not self.source or self._missed + self._overdue() >= PATIENCE:
            return 0.0
        return self._options.deadline_s

    def _overdue(self) -> int:
        """How many that have not answered yet are late already."""
        return bisect_left(self._unanswered, self._clock.now() - self._options.deadline_s)

    async def find(self, number: str) -> Found | None:
        if not self.source or not number:
            return None
        asked, in_time = self._clock.now(), False
        self._unanswered.append(asked)
        try:
            async with asyncio.timeout(self._options.late_s):
                found = await self._ask(number)
            in_time = self._clock.now() - asked <= self._options.deadline_s
        except TimeoutError:
            raise OutsideError(f"no answer within {self._options.late_s:g} s") from None
        finally:
            self._unanswered.remove(asked)
            self._missed = 0 if in_time else self._missed + 1
        return found

    async def _ask(self, number: str) -> Found | None:
        if self._courier is not None:
            found = await self._courier.look_up(number)
            return found and Found(plain(found.fields), found.owner, found.blocked)
        path = self._options.path.replace(NUMBER, quote(number, safe=""))
        request = Request(self.source, "GET", path, timeout_s=self._options.late_s, retries=0)
        return read(await self._outside.ask(request))


def read(answer: Any) -> Found | None:
    """What a destination answered; nothing, when it is no object."""
    if not isinstance(answer, dict) or not answer:
        return None
    fields = plain(answer)
    owner, blocked = fields.pop("owner", None), fields.pop("blocked", False)
    return Found(fields, str(owner) if owner else None, blocked is True)


def plain(fields: Mapping[Any, Any]) -> dict[str, Value]:
    """The fields that flows and screens can have: of our form, not too many, not too long."""
    good = {
        name: value[:MOST_CHARACTERS] if isinstance(value, str) else value
        for name, value in fields.items()
        if isinstance(name, str)
        and _FIELD.fullmatch(name)
        and isinstance(value, str | int | float | bool)
    }
    return dict(list(good.items())[:MOST_FIELDS])
