"""Writes the dialogs of running calls to the store behind the door's back, and finds them there
after a restart. A slow or broken store holds nothing up: what waits is written when it is back."""

import asyncio

from callserver import log
from callserver.model.dialogs import KeptDialog
from callserver.model.errors import StoreError
from callserver.model.store_ports import DialogStore
from callserver.runtime import Tasks
from callserver.sip.dialog import Dialog, Stage
from callserver.sip.errors import SipError
from callserver.sip.kept import from_text, to_text

PAUSE_S = 0.1  # what changes meanwhile is written together
RETRY_S = 2.0

_log = log.get("edge")

Key = tuple[str, str]


class DialogMemory:
    """Holds no more than there are dialogs: of each the last word counts, and one that is over
    before it was written is not written at all."""

    def __init__(self, store: DialogStore) -> None:
        self._store = store
        self._waiting: dict[Key, Dialog | None] = {}
        self._written: set[Key] = set()
        self._work = asyncio.Event()
        self._tasks = Tasks("edge.memory")
        self._failing = False

    async def load(self) -> list[Dialog]:
        """The dialogs of the last run."""
        try:
            kept = await self._store.dialogs()
        except StoreError as error:
            _log.warning("dialogs_not_loaded", error=str(error), cure="callserver doctor")
            return []
        found = []
        for one in kept:
            self._written.add((one.call_id, one.tag))
            try:
                found.append(from_text(one.state))
            except SipError as error:
                _log.warning("dialog_not_read", worker=one.worker, error=str(error))
                self.forget((one.call_id, one.tag))
        return found

    def start(self) -> None:
        self._tasks.start("write", self._run())

    async def stop(self) -> None:
        """Write what is left, once."""
        await self._tasks.close()
        await self._flush()

    def changed(self, dialog: Dialog) -> None:
        """Keep what it is now; forget it when it is over."""
        if dialog.stage is Stage.ENDED:
            self.forget(dialog.key)
        else:
            self._waiting[dialog.key] = dialog
            self._work.set()

    def forget(self, key: Key) -> None:
        """It is over."""
        if key in self._written:
            self._waiting[key] = None
            self._work.set()
        else:
            self._waiting.pop(key, None)

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if await self._flush():
                await asyncio.sleep(PAUSE_S)
            else:
                await asyncio.sleep(RETRY_S)
                self._work.set()

    async def _flush(self) -> bool:
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return True
        changed = [
            KeptDialog(key[0], key[1], dialog.token, to_text(dialog))
            for key, dialog in waiting.items()
            if dialog is not None
        ]
        over = [key for key, dialog in waiting.items() if dialog is None]
        self._written.update((one.call_id, one.tag) for one in changed)
        try:
            await self._store.change_dialogs(changed, over)
        except StoreError as error:
            if not self._failing:
                _log.warning("dialogs_not_stored", error=str(error), cure="callserver doctor")
            self._failing = True
            self._waiting = waiting | self._waiting
            return False
        self._failing = False
        self._written.difference_update(over)
        return True
