"""Writes what the door knows to the store behind its back, so that no phone waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from callserver import log
from callserver.model.errors import StoreError
from callserver.runtime import Tasks

RETRY_S = 2.0

_log = log.get("edge")

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Keeper(Generic[Key, Value]):
    """The last word on each key is kept until it is written; earlier ones are skipped. ``what`` is
    what the log calls them."""

    def __init__(
        self,
        what: str,
        save: Callable[[Value], Awaitable[None]],
        delete: Callable[[Key], Awaitable[None]],
    ) -> None:
        self._what = what
        self._save = save
        self._delete = delete
        self._waiting: dict[Key, Value | None] = {}
        self._work = asyncio.Event()
        self._tasks = Tasks(f"edge.keeper.{what}")
        self._failing = False

    def start(self) -> None:
        self._tasks.start("write", self._run())

    async def stop(self) -> None:
        """Write what is left, once."""
        await self._tasks.close()
        await self.flush()

    def save(self, key: Key, value: Value) -> None:
        self._put(key, value)

    def delete(self, key: Key) -> None:
        self._put(key, None)

    def _put(self, key: Key, value: Value | None) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = value
        self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if not await self.flush():
                await asyncio.sleep(RETRY_S)
                self._work.set()

    async def flush(self) -> bool:
        """Write what waits; false: the store would not take it."""
        while self._waiting:
            key, value = next(iter(self._waiting.items()))
            try:
                if value is None:
                    await self._delete(key)
                else:
                    await self._save(value)
            except StoreError as error:
                if not self._failing:
                    _log.warning(
                        "not_stored", what=self._what, error=str(error), cure="callserver doctor"
                    )
                self._failing = True
                return False
            self._failing = False
            if key in self._waiting and self._waiting[key] is value:
                del self._waiting[key]
        return True
