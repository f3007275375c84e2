"""Does what a connector asks for. Implements ``Sender``: an event that is told is a try."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from callserver.crm.connectors.base import Connector, Refused
from callserver.crm.connectors.tokens import Tokens
from callserver.crm.connectors.told import read
from callserver.crm.manners import Said, said
from callserver.crm.sender import Sent
from callserver.model.connectors import PREFIX, Ask, Found, Http, Known, Reply, Sound, Story
from callserver.model.errors import ConfigError, OutsideError
from callserver.model.hooks import Attempt, HookStore, Pending
from callserver.model.ports import Clock
from callserver.rate import Rate

MOST_KNOWN: Final = 5000
"""Calls in memory; what is known of others stands in the store."""
MOST_ASKS: Final = 50
"""Requests for one event: a story that is longer goes round in circles."""
MAX_WHY: Final = 200

_AGAIN: Final = frozenset({408, 409, 423, 425})
_CREDENTIALS: Final = frozenset({401, 403})
_KEY: Final = "courier"
_NUMBER: Final = re.compile(r"\d{5,}")
_Answer = TypeVar("_Answer")


class _Failed(Exception):
    """What came of a request that was not taken."""

    def __init__(self, verdict: Said, why: str, reply: Reply | None = None) -> None:
        super().__init__(why)
        self.verdict = verdict
        self.status = reply.status if reply else 0
        self.retry_after = reply.retry_after if reply else ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every courier needs. ``sound`` reads a recording or voicemail by its id (nothing: it is
    gone, or too big); ``folder`` is where tokens are kept; ``unwanted`` hears of a call (its id,
    and who said so) that a CRM has refused."""

    http: Http
    store: HookStore
    clock: Clock
    sound: Callable[[str], Awaitable[bytes]]
    folder: Path
    unwanted: Callable[[str, str], None]


class Courier:
    """Of one connector."""

    def __init__(self, name: str, connector: Connector[Any], desk: Desk) -> None:
        self.name = name
        self.connector = connector
        self.subscription = PREFIX + name
        self._desk = desk
        self._tokens = Tokens(connector, desk.http, desk.folder / f"{name}.json", desk.clock)
        per_s, burst = connector.rate
        if connector.options.per_s is not None:
            per_s, burst = connector.options.per_s, max(1, int(connector.options.per_s))
        self._rate = Rate(per_s, burst)
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def send(self, event: Pending, body: str) -> Sent:
        clock = self._desk.clock
        at = clock.now()
        known = await self._remembered(event.key)
        before = dict(known)
        status, why, header, verdict = 200, "", "", Said.TAKEN
        try:
            if (told := read(body)) is not None:
                await self.play(self.connector.tell(told, known))
                if self.connector.unwanted(known) and not self.connector.unwanted(before):
                    self._desk.unwanted(told.call.id, self.name)
        except Refused as refusal:
            status, why, verdict = 400, _plain(str(refusal)), Said.NEVER
        except ValueError as error:
            status, why, verdict = 0, str(error), Said.NEVER
        except _Failed as failure:
            status, why, header = failure.status, str(failure), failure.retry_after
            verdict = failure.verdict
        attempt = Attempt(at, max(clock.now() - at, 0.0), status, why)
        changed = (event.key, dict(known)) if known != before else None
        return Sent(attempt, header, verdict, changed)

    def now(self) -> float:
        """Seconds since 1970."""
        return self._desk.clock.now()

    async def look_up(self, number: str) -> Found | None:
        """Who has this number. Raises ``OutsideError``."""
        search = self.connector.find(number)
        if search is None:
            return None
        try:
            return await self.play(search)
        except (_Failed, Refused) as failure:
            raise OutsideError(str(failure)) from None

    async def check(self) -> None:
        """Raises ``OutsideError`` (they do not know us, or are away), ``ConfigError``."""
        self.connector.proves({})  # what they would prove it with can be read
        await self.run(self.connector.check())

    async def run(self, story: Story) -> None:
        """Raises ``OutsideError`` for whatever does not work."""
        try:
            await self.play(story)
        except (_Failed, Refused) as failure:
            raise OutsideError(str(failure)) from None

    async def play(self, story: Generator[Ask | Sound, Reply, _Answer]) -> _Answer:
        """Ask what it asks, until it ends."""
        reply: Reply | None = None
        try:
            for _ in range(MOST_ASKS):
                ask = next(story) if reply is None else story.send(reply)
                if isinstance(ask, Sound):
                    reply = Reply(200, content=await self._desk.sound(ask.recording))
                else:
                    reply = await self._ask(ask)
        except StopIteration as end:
            answer: _Answer = end.value
            return answer
        except (OutsideError, ConfigError) as error:
            raise _Failed(Said.DOWN, str(error)) from None
        raise _Failed(Said.NEVER, f"more than {MOST_ASKS} requests for one event")

    async def _ask(self, ask: Ask) -> Reply:
        token = await self._tokens.get()
        reply = await self._once(ask, token)
        if reply.status == 401 and (other := await self._tokens.renew(token)) != token:
            reply = await self._once(ask, other)
        if 200 <= reply.status < 300 or (
            reply.status in ask.fine and not self.connector.busy(reply)
        ):
            return reply
        raise _Failed(self._verdict(reply), self._why(reply), reply)

    async def _once(self, ask: Ask, token: str) -> Reply:
        options = self.connector.options
        await self._breathe()
        ask = self.connector.signed(ask, token)
        headers = {**self.connector.headers(token), **ask.headers}
        whole = Ask(
            *(ask.method, ask.path, ask.query, ask.json, ask.form, ask.parts, headers, ask.fine)
        )
        url = ask.path if "://" in ask.path else f"{options.url}{ask.path}"
        return await self._desk.http.fetch(
            whole, url, private=options.private, timeout_s=options.timeout_s
        )

    async def _breathe(self) -> None:
        """Not more than the CRM allows."""
        while True:
            missing_s = self._rate.take(_KEY, self._desk.clock.now())
            if not missing_s:
                return
            await asyncio.sleep(missing_s)

    def _verdict(self, reply: Reply) -> Said:
        if self.connector.busy(reply):
            return Said.LATER
        if reply.status in _CREDENTIALS:  # somebody will mend them, and nothing is lost meanwhile
            return Said.DOWN
        verdict = said(reply.status)
        final = verdict is Said.REFUSED and reply.status not in _AGAIN
        return Said.NEVER if final else verdict

    def _why(self, reply: Reply) -> str:
        said_why = self.connector.why(reply)
        return _plain(f"answered {reply.status}: {said_why}" if said_why else "") or (
            f"answered {reply.status}"
        )

    async def _remembered(self, key: str) -> Known:
        if key not in self._known:
            self._known[key] = dict(await self._desk.store.known(self.subscription, key))
        self._known.move_to_end(key)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return self._known[key]


def _plain(why: str) -> str:
    """What they say, short, in one line and without numbers of people."""
    text = "".join(one if one.isprintable() else " " for one in why)
    return _NUMBER.sub("…", text)[:MAX_WHY]
