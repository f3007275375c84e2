"""What there is to ask. Every method raises :class:`~callserver.client.errors.CallserverError`."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from callserver.client.errors import Invalid, Missing
from callserver.client.events import follow
from callserver.client.shapes import (
    Agent,
    Call,
    Callback,
    Contact,
    Dialled,
    Event,
    Fact,
    Import,
    Listed,
    LiveCall,
    Mistake,
    Page,
    Queue,
    Webhook,
)
from callserver.client.transport import Transport

T = TypeVar("T")
_API = "/api/v1"


class Client:
    """One server, with one token. ``timeout_s`` is for one try of a request, ``tries`` how often it
    is sent at most. Use it with ``async with``."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 30.0, tries: int = 4) -> None:
        self._transport = Transport(url, token, timeout_s, tries)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        await self._transport.session.close()

    def events(
        self,
        *,
        kinds: Iterable[str] = (),
        call: str | None = None,
        agent: str | None = None,
        queue: str | None = None,
        after: str | None = None,
    ) -> AsyncIterator[Event]:
        """What happens, as it happens, for ever: in order, each event once, restarts of the server
        included. ``after`` is the id of the last event that is known; None: from now on."""
        wanted = {"kinds": ",".join(kinds), "call": call, "agent": agent, "queue": queue}
        return follow(self._transport, {k: v for k, v in wanted.items() if v}, after)

    async def calls(
        self,
        *,
        queue: str | None = None,
        agent: str | None = None,
        line: str | None = None,
        number: str | None = None,
        result: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncIterator[Call]:
        """Calls on record, newest first, page by page; running ones too."""
        wanted = {"queue": queue, "agent": agent, "line": line, "number": number, "result": result}
        times = {"since": _time(since), "until": _time(until)}
        async for call in self._pages("/calls", Page[Call], wanted | times):
            yield call

    async def call(self, call: str) -> Call:
        """One call."""
        return await self._transport.get(f"{_API}/calls/{_part(call)}", Call)

    async def timeline(self, call: str) -> list[Fact]:
        """All that happened in a call, in order."""
        path = f"{_API}/calls/{_part(call)}/timeline"
        return (await self._transport.get(path, Listed[Fact])).items

    async def live(self) -> list[LiveCall]:
        """Calls in progress."""
        return (await self._transport.get(f"{_API}/calls/live", Listed[LiveCall])).items

    async def dial(
        self,
        agent: str,
        number: str | None = None,
        *,
        contact: str | None = None,
        line: str = "",
        why: str = "",
    ) -> Dialled:
        """Click to call: the agent's phones ring, then the number (or a contact's) is dialled."""
        body = {"agent": agent, "number": number, "contact": contact, "line": line, "why": why}
        return await self._change("POST", f"{_API}/calls", body, Dialled)

    async def agents(self) -> list[Agent]:
        """All agents and what they do."""
        return (await self._transport.get(f"{_API}/agents", Listed[Agent])).items

    async def agent(self, username: str) -> Agent:
        """One agent."""
        return await self._transport.get(f"{_API}/agents/{_part(username)}", Agent)

    async def set_state(self, username: str, state: str, reason: str = "") -> Agent:
        """``ready``, ``paused`` (with a reason) or ``signed_out``."""
        path = f"{_API}/agents/{_part(username)}/state"
        return await self._change("PUT", path, {"state": state, "reason": reason}, Agent)

    async def queues(self) -> list[Queue]:
        """All queues: who waits, and who could answer."""
        return (await self._transport.get(f"{_API}/queues", Listed[Queue])).items

    async def queue(self, name: str) -> Queue:
        """One queue."""
        return await self._transport.get(f"{_API}/queues/{_part(name)}", Queue)

    async def contacts(
        self, *, owner: str | None = None, tag: str | None = None, company: str | None = None
    ) -> AsyncIterator[Contact]:
        """Contacts, newest first, page by page."""
        wanted = {"owner": owner, "tag": tag, "company": company}
        async for contact in self._pages("/contacts", Page[Contact], wanted):
            yield contact

    async def contact(self, of: str) -> Contact | None:
        """The contact with this id or number; None: there is none, or it is no number at all."""
        try:
            return await self._transport.get(f"{_API}/contacts/{_part(of)}", Contact)
        except (Missing, Invalid):
            return None

    async def save_contact(self, of: str, **known: Any) -> Contact:
        """All that is known of the contact with this id or number, from now on; a number nobody has
        makes a new one. ``known`` as in the OpenAPI document: ``name``, ``vip``, ``fields`` …"""
        return await self._change("PUT", f"{_API}/contacts/{_part(of)}", known, Contact)

    async def change_contact(self, of: str, **changes: Any) -> Contact:
        """Change these values of a contact and leave the others. Raises ``Changed`` when somebody
        else changed it at the same moment, ``Missing`` when there is none."""
        path = f"{_API}/contacts/{_part(of)}"
        answer = await self._transport.ask("GET", path)
        known = self._transport.read(answer, dict[str, Any])
        kept = {name: known[name] for name in known.keys() - {"id", "created_at", "updated_at"}}
        sent = await self._transport.ask("PUT", path, body=kept | changes, etag=answer.etag)
        return self._transport.read(sent, Contact)

    async def import_contacts(
        self,
        table: bytes,
        *,
        dry: bool = False,
        columns: Mapping[str, str] | None = None,
        charset: str = "utf-8",
    ) -> Import:
        """Send a table of contacts (CSV); it is taken in beside the calls, so ask for its state
        with :meth:`import_`. ``columns`` says what those with names of their own are
        (``{"Telefon": "number", "Ort": "-"}``); ``dry``: nothing is written."""
        pairs = ";".join(f"{title}={column}" for title, column in (columns or {}).items())
        answer = await self._transport.ask(
            "POST",
            f"{_API}/imports",
            params={"dry": "true" if dry else None, "map": pairs or None},
            file=(f"text/csv; charset={charset}", table),
        )
        return self._transport.read(answer, Import)

    async def imports(self) -> list[Import]:
        """Tables that were sent in the last days, newest first."""
        return (await self._transport.get(f"{_API}/imports", Listed[Import])).items

    async def import_(self, id_: str) -> Import:
        """How far a table is, and what came of it."""
        return await self._transport.get(f"{_API}/imports/{_part(id_)}", Import)

    async def import_mistakes(self, id_: str) -> list[Mistake]:
        """All that is wrong in a table."""
        path = f"{_API}/imports/{_part(id_)}/mistakes.ndjson"
        return self._transport.lines(await self._transport.ask("GET", path), Mistake)

    async def remove_import(self, id_: str) -> None:
        """Stop it if it runs, and forget it; contacts that are in stay."""
        with suppress(Missing):
            await self._transport.ask("DELETE", f"{_API}/imports/{_part(id_)}")

    async def callbacks(
        self, *, queue: str | None = None, state: str | None = None
    ) -> AsyncIterator[Callback]:
        """Callers who are to be called back, newest first, page by page."""
        wanted = {"queue": queue, "state": state}
        async for callback in self._pages("/callbacks", Page[Callback], wanted):
            yield callback

    async def call_back(
        self,
        number: str,
        queue: str,
        *,
        name: str = "",
        priority: int = 0,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Callback:
        """Somebody is to be called by an agent of a queue, in their turn or in this time."""
        body = {"number": number, "queue": queue, "name": name, "priority": priority}
        times = {"not_before": _time(not_before), "not_after": _time(not_after)}
        return await self._change("POST", f"{_API}/callbacks", body | times, Callback)

    async def cancel_callback(self, callback: str) -> Callback:
        """They are not called any more; a phone that rings stops."""
        path = f"{_API}/callbacks/{_part(callback)}/cancel"
        return await self._change("POST", path, None, Callback)

    async def webhooks(self) -> list[Webhook]:
        """All webhooks."""
        return (await self._transport.get(f"{_API}/webhooks", Listed[Webhook])).items

    async def add_webhook(
        self,
        url: str,
        *,
        events: Sequence[str] = ("*",),
        queues: Sequence[str] = (),
        title: str = "",
    ) -> Webhook:
        """A new webhook. Its ``secret`` is in this answer and nowhere else."""
        body = {"url": url, "events": events, "queues": queues, "title": title}
        return await self._change("POST", f"{_API}/webhooks", body, Webhook)

    async def remove_webhook(self, webhook: str) -> None:
        """Tell them nothing any more, what waits included. One that is not there is removed: it may
        be that the answer of the first try got lost."""
        with suppress(Missing):
            await self._transport.ask("DELETE", f"{_API}/webhooks/{_part(webhook)}")

    async def recording(self, recording: str) -> bytes:
        """The sound of a recording, a WAV file."""
        path = f"{_API}/recordings/{_part(recording)}/audio"
        return (await self._transport.ask("GET", path)).body

    async def _change(self, method: str, path: str, body: Any, type_: type[T]) -> T:
        return self._transport.read(await self._transport.ask(method, path, body=body), type_)

    async def _pages(
        self, path: str, type_: type[Page[T]], wanted: dict[str, str | None]
    ) -> AsyncIterator[T]:
        cursor: str | None = None
        while True:
            page = await self._transport.get(
                _API + path, type_, **wanted, cursor=cursor, limit="200"
            )
            for item in page.items:
                yield item
            cursor = page.next
            if cursor is None:
                return


def _part(text: str) -> str:
    """A part of a path: it leads nowhere else, whatever is in it."""
    return quote(text, safe="") if text not in (".", "..") else "-"


def _time(moment: datetime | None) -> str | None:
    """ISO 8601. Raises ``ValueError`` when it has no zone: nobody could know which was meant."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a time must know its zone: datetime.now(UTC)")
    return moment.isoformat()
