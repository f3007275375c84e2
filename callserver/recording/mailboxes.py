"""What people do with voice messages: mark them done, assign them, delete them; and the deleting of
those that were kept for long enough."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from callserver import log
from callserver.config.sections import Recording
from callserver.model.errors import StoreError, UnknownName
from callserver.model.facts import Fact
from callserver.model.message_facts import VoicemailAssigned, VoicemailDeleted, VoicemailDone
from callserver.model.ports import Clock
from callserver.model.voicemail import Voicemail, VoicemailFilter, VoicemailStore

SEEN_S: Final = 2.0
LOOK_S: Final = 0.02
TIDY_S: Final = 3600.0
AGE: Final = "age"
_BATCH: Final = 100
_DAY_S: Final = 86_400.0

_log = log.get("voicemail")


class Mailboxes:
    """All messages. ``keep`` keeps a fact and returns when it is safe; ``agents`` are the usernames
    there are. Every method may raise ``StoreError``; ``by`` is `token:ID`."""

    def __init__(
        self,
        config: Recording,
        store: VoicemailStore,
        keep: Callable[[Fact], Awaitable[None]],
        agents: Callable[[], Collection[str]],
        clock: Clock,
    ) -> None:
        self._root = config.dir.absolute()
        self._keep_s = config.voicemail_keep_days * _DAY_S
        self._store = store
        self._keep = keep
        self._agents = agents
        self._clock = clock

    async def one(self, voicemail: str) -> Voicemail:
        """Raises ``UnknownName``."""
        found = await self._store.voicemail(voicemail)
        if found is None or found.handling.deleted_at is not None:
            raise UnknownName(f"no voicemail {voicemail}")
        return found

    async def done(self, voicemail: str, by: str, *, done: bool) -> Voicemail:
        """Somebody has dealt with it, or it is to be dealt with again. Raises ``UnknownName``."""
        found = await self.one(voicemail)
        of = (found.left.call, self._clock.now(), voicemail, found.left.mailbox)
        return await self._happened(found, VoicemailDone(*of, done, by))

    async def assign(self, voicemail: str, assignee: str | None, by: str) -> Voicemail:
        """An agent shall deal with it; None: nobody in particular. Raises ``UnknownName`` (of the
        agent, too)."""
        if assignee is not None and assignee not in self._agents():
            raise UnknownName(f"no agent {assignee!r}")
        found = await self.one(voicemail)
        of = (found.left.call, self._clock.now(), voicemail, found.left.mailbox)
        return await self._happened(found, VoicemailAssigned(*of, assignee, by))

    async def delete(self, voicemail: str, by: str) -> None:
        """Its sound is gone for good. Raises ``UnknownName``, ``StoreError`` (the file cannot be
        deleted)."""
        found = await self.one(voicemail)
        # The sound first: who dies in between leaves a message that can be deleted again.
        await asyncio.to_thread(self._erase, found.left.path)
        of = (found.left.call, self._clock.now(), voicemail, found.left.mailbox)
        await self._happened(found, VoicemailDeleted(*of, by))

    async def tidy(self) -> None:
        """Delete what was kept for long enough, again and again, for ever."""
        while self._keep_s:
            try:
                await self.delete_old()
            except StoreError as error:
                _log.warning("voicemails_not_tidied", error=str(error))
            await asyncio.sleep(TIDY_S)

    async def delete_old(self) -> int:
        """Delete what was kept for long enough; how many."""
        before, gone, after = self._clock.now() - self._keep_s, 0, None
        while True:
            wanted = VoicemailFilter(left_before=before, before=after, limit=_BATCH)
            found = await self._store.voicemails(wanted)
            for one in found:
                await self.delete(one.left.voicemail, AGE)
            gone += len(found)
            if len(found) < _BATCH:
                if gone:
                    _log.info("voicemails_tidied", deleted=gone)
                return gone
            after = found[-1].left.voicemail

    async def _happened(self, before: Voicemail, fact: Fact) -> Voicemail:
        """Keep a fact, and wait for a moment until it is in the store: who asks again after this
        was answered reads it there."""
        await self._keep(fact)
        deadline = time.monotonic() + SEEN_S
        while time.monotonic() < deadline:
            now = await self._store.voicemail(before.left.voicemail)
            if now is not None and now.after(fact) == now:
                return now
            await asyncio.sleep(LOOK_S)
        return before.after(fact)

    def _erase(self, path: str) -> None:
        sound = self._root / path
        try:
            for file in (sound, sound.with_suffix(".json")):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"a voicemail cannot be deleted: {error}") from error
