"""Voicemails: what callers have said after the tone, and the sound itself."""

from pathlib import Path

from aiohttp import web
from msgspec import Struct
from pydantic import Field

from callserver.model.message_facts import VoicemailLeft
from callserver.model.record import RecordingRecord
from callserver.model.store_ports import Store
from callserver.web import problems
from callserver.web.asks import Page, Word
from callserver.web.problems import Problem
from callserver.web.recordings import send_sound
from callserver.web.shapes import PageOut, Time, iso, page


class VoicemailsQuery(Page):
    """Which messages to list."""

    mailbox: Word | None = Field(None, description="For whom they are, as the flow says.")


class VoicemailOut(Struct, frozen=True, kw_only=True):
    """A message. ``number`` and ``name`` are the caller's, ``call`` is the one in which it was
    left; ``repaired``: the worker died while it was recorded, and the file was mended."""

    id: str
    call: str
    mailbox: str
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


def _show(left: VoicemailLeft) -> VoicemailOut:
    return VoicemailOut(
        id=left.voicemail,
        call=left.call,
        mailbox=left.mailbox,
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
    )


class Voicemails:
    """``/api/v1/voicemails``. Only files below ``folder`` are ever opened."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    async def list(self, query: VoicemailsQuery) -> PageOut[VoicemailOut]:
        """Messages, newest first."""
        found = await self._store.voicemails(query.mailbox, query.before, query.limit + 1)
        return page(found, query.limit, _show, lambda left: left.voicemail)

    async def get(self, voicemail: str) -> VoicemailOut:
        """One message."""
        return _show(await self._left(voicemail))

    async def audio(self, voicemail: str, request: web.Request) -> web.StreamResponse:
        """The mono WAV file, or the part that Range asks for. Its ETag is its SHA-256."""
        left = await self._left(voicemail)
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

    async def _left(self, voicemail: str) -> VoicemailLeft:
        left = await self._store.voicemail(voicemail)
        if left is None:
            raise Problem(problems.NOT_FOUND, f"no voicemail {voicemail}")
        return left
