"""The records as the store has them: each the fold of exactly the facts that are in the store."""

from collections.abc import Iterable, Mapping

from callserver.call import record as records
from callserver.crm.events import of_fact
from callserver.model.facts import AgentChanged, CallOffered, Fact
from callserver.model.hooks import HookEvent
from callserver.model.record import CallRecord
from callserver.model.store_ports import Store

CACHED = 5000


class Folds:
    """Records of calls that run are remembered; those of others are read when a fact comes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, CallRecord] = {}

    async def after(
        self, facts: Iterable[Fact], told: list[HookEvent] | None = None
    ) -> dict[str, CallRecord]:
        """The records that these facts change, as they are then; ``told`` gets what others are told
        of each, as the record was at that moment. Raises ``StoreError``."""
        changed: dict[str, CallRecord] = {}
        for fact in facts:
            call = None if isinstance(fact, AgentChanged) else getattr(fact, "call", None)
            if call is None:
                continue
            now = before = None
            if isinstance(fact, CallOffered):
                now = records.begin(fact)
            elif (before := changed.get(call) or await self._record(call)) is not None:
                now = records.fold(before, fact)
            if now is not None and now is not before:
                changed[call] = now
            if told is not None:
                told += of_fact(fact, now)
        return changed

    def stored(self, changed: Mapping[str, CallRecord]) -> None:
        """These are in the store now."""
        for call, record in changed.items():
            self._known.pop(call, None)
            if record.ending is None:
                self._known[call] = record
        while len(self._known) > CACHED:
            del self._known[next(iter(self._known))]

    def forget(self) -> None:
        """The store has other records than were written to it."""
        self._known.clear()

    async def _record(self, call: str) -> CallRecord | None:
        known = self._known.get(call)
        return known if known is not None else await self._store.call(call)
