"""Voicemails: what callers have said after the tone, the sound itself, and what comes of them."""

from pathlib import Path

from aiohttp import web
from msgspec import Struct

from callserver.model.callback import Wanted
from callserver.model.record import RecordingRecord
from callserver.model.store_ports import Store
from callserver.model.voicemail import Voicemail
from callserver.recording.mailboxes import Mailboxes
from callserver.web import problems
from callserver.web.asks_voicemails import (
    VoicemailAssignee,
    VoicemailCallback,
    VoicemailMark,
    VoicemailsQuery,
)
from callserver.web.auth import actor
from callserver.web.callbacks import CallbackOut, Callbacks
from callserver.web.operation import Operation
from callserver.web.problems import Problem
from callserver.web.recordings import send_sound
from callserver.web.shapes import Created, PageOut, Time, iso, iso_or_none, page


class VoicemailOut(Struct, frozen=True, kw_only=True):
    """A message. ``number`` and ``name`` are the caller's, ``call`` is the one in which it was
    left, ``queue`` the one they waited in (null: none); ``repaired``: the worker died while it was
    recorded, and the file was mended. ``assignee`` is the agent who shall deal with it,
    ``done_at`` when somebody (``done_by``: `token:ID`) had."""

    id: str
    call: str
    mailbox: str
    queue: str | None
    line: str
    number: str
    name: str
    audio: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: Time
    repaired: bool
    assignee: str | None
    done_at: Time | None
    done_by: str


def _show(one: Voicemail) -> VoicemailOut:
    left, handling = one.left, one.handling
    return VoicemailOut(
        id=left.voicemail,
        call=left.call,
        mailbox=left.mailbox,
        queue=left.queue,
        line=left.line,
        number=left.number,
        name=left.name,
        audio=f"/api/v1/voicemails/{left.voicemail}/audio",
        sha256=left.sha256,
        duration_s=left.duration_s,
        sample_rate=left.sample_rate,
        size=left.size,
        started_at=iso(left.started_at),
        repaired=left.repaired,
        assignee=handling.assignee,
        done_at=iso_or_none(handling.done_at),
        done_by=handling.done_by,
    )


class Voicemails:
    """``/api/v1/voicemails``. Only files below ``folder`` are ever opened."""

    def __init__(
        self, store: Store, folder: Path, mailboxes: Mailboxes, callbacks: Callbacks
    ) -> None:
        self._store = store
        self._folder = folder
        self._mailboxes = mailboxes
        self._callbacks = callbacks

    def operations(self) -> tuple[Operation, ...]:
        """What is done with a message; listing and hearing is in the table."""
        one = "/api/v1/voicemails/{voicemail:[0-9a-z]{1,32}}"
        return (
            Operation("voicemails.done", "PUT", f"{one}/done", self.set_done),
            Operation("voicemails.assign", "PUT", f"{one}/assignee", self.assign),
            Operation("voicemails.callback", "POST", f"{one}/callback", self.call_back),
            Operation("voicemails.delete", "DELETE", one, self.delete),
        )

    async def list(self, query: VoicemailsQuery) -> PageOut[VoicemailOut]:
        """Messages, newest first."""
        found = await self._store.voicemails(query.filter())
        return page(found, query.limit, _show, lambda one: one.left.voicemail)

    async def get(self, voicemail: str) -> VoicemailOut:
        """One message."""
        return _show(await self._one(voicemail))

    async def set_done(
        self, voicemail: str, body: VoicemailMark, request: web.Request
    ) -> VoicemailOut:
        """Somebody has dealt with a message, or it is to be dealt with again."""
        with problems.refusals():
            changed = self._mailboxes.done(voicemail, actor(request), done=body.done)
            return _show(await changed)

    async def assign(
        self, voicemail: str, body: VoicemailAssignee, request: web.Request
    ) -> VoicemailOut:
        """An agent shall deal with a message."""
        with problems.refusals():
            changed = self._mailboxes.assign(voicemail, body.username, actor(request))
            return _show(await changed)

    async def delete(self, voicemail: str, request: web.Request) -> None:
        """Delete a message and its sound for good."""
        with problems.refusals():
            await self._mailboxes.delete(voicemail, actor(request))

    async def call_back(self, voicemail: str, body: VoicemailCallback) -> Created[CallbackOut]:
        """Have whoever left a message called back, in their turn. Who waits to be called back
        already waits once."""
        left = (await self._one(voicemail)).left
        if not left.number:
            raise Problem(problems.CONFLICT, "the caller withheld the number")
        wanted = Wanted(
            number=left.number,
            name=left.name,
            queue=body.queue or left.queue or left.mailbox,
            priority=body.priority,
            line=left.line,
        )
        return self._callbacks.want(wanted)

    async def audio(self, voicemail: str, request: web.Request) -> web.StreamResponse:
        """The mono WAV file, or the part that Range asks for. Its ETag is its SHA-256."""
        left = (await self._one(voicemail)).left
        record = RecordingRecord(
            id=left.voicemail,
            call=left.call,
            path=left.path,
            sha256=left.sha256,
            duration_s=left.duration_s,
            sample_rate=left.sample_rate,
            size=left.size,
            started_at=left.started_at,
            repaired=left.repaired,
        )
        return await send_sound(request, self._folder, record)

    async def _one(self, voicemail: str) -> Voicemail:
        with problems.refusals():
            return await self._mailboxes.one(voicemail)
