"""The event stream: what happens, as it happens, as Server-Sent Events (WHATWG HTML section 9.2) or
over a WebSocket (RFC 6455); ``wires`` knows the difference.

It is read from the journal, so it has everything, in order and once; whoever comes back with
``Last-Event-ID`` goes on where they were, restarts of either side included.
"""

import asyncio
from contextlib import suppress
from typing import Annotated, Final, get_args

from aiohttp import web
from pydantic import Field, StringConstraints, field_validator

from callserver.model.errors import StoreError
from callserver.model.facts import Audited, Fact, SourceBanned, SourceUnbanned
from callserver.model.following import FactFilter, Follower
from callserver.model.people import Role
from callserver.tokens import Tokens
from callserver.web import problems, views
from callserver.web.asks import Id, Query, Username, Word
from callserver.web.auth import BEARER
from callserver.web.operation import Raw
from callserver.web.problems import Problem, invalid
from callserver.web.wires import UPGRADE, Event, Frames, Lines, Wire

MOST: Final = 50
BEAT_S: Final = 15.0
"""A line that says nothing goes out so often: proxies drop who is silent, and we notice who is
gone."""

RESUME: Final = {"Last-Event-ID": "The id of the last event that is known."}
EVENTS: Final = Raw("text/event-stream")
SOCKET: Final = Raw("", (101,), (UPGRADE,))

KINDS: Final = {views.snake(kind.__name__): kind.__name__ for kind in get_args(Fact)}
_HIDDEN: Final = frozenset(one.__name__ for one in (Audited, SourceBanned, SourceUnbanned))
"""Who does what, and who attacks, is for admins."""

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


class EventsQuery(Query):
    """Which facts; all conditions must hold."""

    kinds: str | None = Field(
        None, max_length=2000, description="Kinds, parted by commas, as `call_offered,call_ended`."
    )
    call: Id | None = Field(None, description="Of this call.")
    agent: Username | None = Field(None, description="Of this agent.")
    queue: Word | None = Field(None, description="Of calls that are in this queue, or were last.")
    after: Number | None = Field(None, description="As Last-Event-ID, for those who send none.")

    @field_validator("kinds")
    @classmethod
    def _kinds(cls, kinds: str | None) -> str | None:
        for kind in (kinds or "").split(",") if kinds else ():
            if kind not in KINDS:
                raise ValueError(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
        return kinds

    def wanted(self, role: Role) -> FactFilter:
        """As the store understands it, for somebody of this role."""
        kinds = [KINDS[kind] for kind in self.kinds.split(",")] if self.kinds else None
        hidden = () if role is Role.ADMIN else _HIDDEN
        return FactFilter(kinds, hidden, self.call, self.agent, self.queue)


class Events:
    """``/api/v1/events``. ``news`` is called when there may be something new."""

    def __init__(self, follower: Follower, tokens: Tokens) -> None:
        self._follower = follower
        self._tokens = tokens
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    def news(self) -> None:
        """Somebody may have something to send."""
        for event in self._waiting:
            event.set()

    async def close(self, _app: web.Application) -> None:
        """``on_shutdown`` of aiohttp: let everybody go; they come back to the next server."""
        self._closed = True
        self.news()

    async def stream(self, query: EventsQuery, request: web.Request) -> web.StreamResponse:
        """What happens from now on, or after ``Last-Event-ID``."""
        return await self._look_on(query, request, Lines(request))

    async def socket(self, query: EventsQuery, request: web.Request) -> web.StreamResponse:
        """The same over a WebSocket. Each event is one text message with `id`, `kind`, `at`, `call`
        and `data`; `id` goes into `after` when one comes back. The first is of kind `start` (what
        comes is behind this id) or `reset` (the id they knew is of another database)."""
        return await self._look_on(query, request, Frames(request))

    async def _look_on(
        self, query: EventsQuery, request: web.Request, wire: Wire
    ) -> web.StreamResponse:
        if len(self._waiting) >= MOST:
            raise Problem(problems.BUSY, f"{MOST} look on already")
        news = asyncio.Event()
        self._waiting.add(news)
        try:
            return await self._send(query, request, wire, news)
        finally:
            self._waiting.discard(news)

    async def _send(
        self, query: EventsQuery, request: web.Request, wire: Wire, news: asyncio.Event
    ) -> web.StreamResponse:
        wanted = query.wanted(request[BEARER].role)
        number = _number(request.headers.get("Last-Event-ID") or query.after)
        last = await self._follower.last_number()
        response = await wire.open(news)
        if request.method == "HEAD":
            return response
        # A client that goes, or takes nothing: the header is out, so there is nobody to tell.
        with suppress(TimeoutError, OSError):
            # Behind the last: a number of another database, and what was missed cannot be told.
            start = last if number is None else min(number, last)
            await wire.begin(start, missed=number is not None and number > last)
            await self._follow(wire, request[BEARER].id, start, wanted, news)
        await wire.close()
        return response

    async def _follow(
        self, wire: Wire, token: str, number: int, wanted: FactFilter, news: asyncio.Event
    ) -> None:
        while not (self._closed or wire.gone):
            news.clear()
            try:
                passage = await self._follower.facts_after(number, wanted)
            except StoreError:
                return
            if passage.facts:
                await wire.send([_event(n, fact) for n, fact in passage.facts])
            if passage.read_to > number:
                number = passage.read_to
                continue
            try:
                async with asyncio.timeout(BEAT_S):
                    await news.wait()
            except TimeoutError:
                await wire.beat()
            known = self._tokens.token(token)
            if known is None or known.revoked_at is not None:
                return


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise invalid([{"detail": "must be the id of an event", "parameter": "Last-Event-ID"}])
    return int(text)


def _event(number: int, fact: Fact) -> Event:
    shown = views.fact(fact)
    return Event(number, shown.kind, shown.at, getattr(fact, "call", None), shown.data)
