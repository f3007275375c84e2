"""A recording or a voicemail as bytes, for CRMs that keep a copy."""

import asyncio
from pathlib import Path
from typing import Final

from callserver import log
from callserver.model.message_facts import VoicemailLeft
from callserver.model.store_ports import Store
from callserver.web.files import open_below

MOST_BYTES: Final = 50 << 20
"""26 minutes. What is longer stays here."""

_log = log.get("connector")


class Sounds:
    """Only files below ``folder`` are ever opened."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    async def whole(self, id_: str) -> bytes:
        """All of it; nothing: it is gone, or too big. Raises ``StoreError``."""
        found = await self._store.recording(id_) or await self._message(id_)
        if found is None or found.size > MOST_BYTES:
            _log.warning("sound_not_sent", id=id_, size=found.size if found else None)
            return b""
        try:
            return await asyncio.to_thread(self._read, found.path)
        except OSError as error:
            _log.warning("sound_unreadable", id=id_, error=type(error).__name__)
            return b""

    async def _message(self, id_: str) -> VoicemailLeft | None:
        voicemail = await self._store.voicemail(id_)
        return None if voicemail is None else voicemail.left

    def _read(self, path: str) -> bytes:
        file, _ = open_below(self._folder, path)
        with file:
            return file.read()
