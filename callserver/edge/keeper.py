"""Writes registrations to the store behind the registrar's back, so that no phone waits for it."""

import asyncio

from callserver import log
from callserver.model.errors import StoreError
from callserver.model.people import Binding
from callserver.model.ports import BindingStore
from callserver.runtime import Tasks

RETRY_S = 2.0

_log = log.get("edge")


class Keeper:
    """The last word on each binding is kept until it is written; earlier ones are skipped."""

    def __init__(self, store: BindingStore) -> None:
        self._store = store
        self._waiting: dict[tuple[str, str], Binding | None] = {}
        self._work = asyncio.Event()
        self._tasks = Tasks("edge.keeper")
        self._failing = False

    def start(self) -> None:
        self._tasks.start("write", self._run())

    async def stop(self) -> None:
        """Write what is left, once."""
        await self._tasks.close()
        await self._flush()

    def save(self, binding: Binding) -> None:
        self._put((binding.agent, binding.contact), binding)

    def delete(self, binding: Binding) -> None:
        self._put((binding.agent, binding.contact), None)

    def _put(self, key: tuple[str, str], binding: Binding | None) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = binding
        self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if not await self._flush():
                await asyncio.sleep(RETRY_S)
                self._work.set()

    async def _flush(self) -> bool:
        while self._waiting:
            key, binding = next(iter(self._waiting.items()))
            try:
                if binding is None:
                    await self._store.delete_binding(*key)
                else:
                    await self._store.save_binding(binding)
            except StoreError as error:
                if not self._failing:
                    _log.warning("bindings_not_stored", error=str(error), cure="callserver doctor")
                self._failing = True
                return False
            self._failing = False
            if self._waiting.get(key) is binding:
                del self._waiting[key]
        return True
