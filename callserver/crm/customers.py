"""What people do with customers: write to them, do tasks for them, find that two are one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from callserver.crm import likeness
from callserver.crm.alarm import Alarm
from callserver.crm.promises import Promises
from callserver.model.contacts import Contact, ContactStore, Merge
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.ids import id_at, new_id
from callserver.model.interactions import (
    Interaction,
    InteractionStore,
    MergeStore,
    Promise,
    Task,
    Way,
)
from callserver.model.ports import Clock


class Histories(InteractionStore, MergeStore, Protocol):
    """Both, as the store has them."""


class Customers:
    """One for a server. Every method may raise ``StoreError``."""

    def __init__(
        self, book: ContactStore, store: Histories, promises: Promises, clock: Clock
    ) -> None:
        self.book = book
        self.histories = store
        self._promises = promises
        self._clock = clock
        self.alarm = Alarm(store, clock)

    async def add(self, new: Interaction) -> Interaction:
        """Keep what was written, once: the same ``external`` again is the same interaction. An
        answer keeps what was promised about what is unanswered in its thread."""
        if new.external is not None:
            known = await self.histories.interaction_from(new.external)
            if known is not None:
                return known
        one = replace(new, id=id_at(new.at))
        if one.way is Way.OUT:
            open_ = await self.histories.unanswered(one.contact, one.thread)
            changed = self._promises.kept(open_, one.at)
        else:
            changed = self._promises.of_interaction(one, await self._profile(one.contact))
        await self.histories.add_interaction(one, changed)
        if changed:
            self.alarm.changed()
        return one

    async def save_task(self, task: Task) -> Sequence[Promise]:
        """Keep it as it is now; returns what is promised about it."""
        known = await self.histories.promises([task.id])
        profile = await self._profile(task.contact)
        promises = self._promises.of_task(task, known, profile, self._clock.now())
        await self.histories.save_task(task, promises)
        self.alarm.changed()
        return promises

    async def merge(self, kept: str, gone: str, by: str) -> Merge:
        """``gone`` is ``kept`` from now on. Raises ``UnknownName``, ``NotAllowed``."""
        first, second = await self._contact(kept), await self._contact(gone)
        if first.id == second.id:
            raise NotAllowed(f"{kept} and {gone} are one contact already")
        now = self._clock.now()
        after = likeness.joined(first, second, now)
        made = Merge(new_id(), now, by, first, second, after)
        await self.histories.merge(made)
        return made

    async def undo(self, merge: str) -> Merge:
        """They are two again. Raises ``UnknownName``, ``NotAllowed``."""
        made = await self.histories.merged(merge)
        if made is None:
            raise UnknownName(f"no merge {merge}")
        if made.undone_at is not None:
            raise NotAllowed(f"merge {merge} is undone already")
        now = await self._contact(made.after.id)
        if now.id != made.after.id:
            raise NotAllowed(f"{made.after.id} was merged into {now.id}; undo that first")
        kept, back = likeness.parted(made, now)
        made = replace(made, undone_at=self._clock.now())
        await self.histories.undo(made, kept, back)
        return made

    async def _contact(self, contact: str) -> Contact:
        found = await self.book.contact_by_id(contact)
        if found is None:
            raise UnknownName(f"no contact {contact}")
        return found

    async def _profile(self, contact: str | None) -> str | None:
        return await self.histories.profile_of(contact)
