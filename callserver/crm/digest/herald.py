"""Reads the store a piece at a time, counts, and puts the report into the outbox at its time."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Final

import msgspec

from callserver import log
from callserver.config import Config
from callserver.config.digest import Digest
from callserver.config.outgoing import zone
from callserver.crm import events
from callserver.crm.digest import plan
from callserver.crm.digest.numbers import Tally, together
from callserver.crm.digest.plan import Days, Due
from callserver.model.digest import Compared, DigestStore, Numbers, Report
from callserver.model.errors import StoreError, UnknownName
from callserver.model.hooks import DIGEST, EventType, HookStore, Subscription
from callserver.model.ports import Clock

PIECE: Final = 200
"""Calls at once: about 5 ms of the loop that also carries calls."""
LONGEST_S: Final = 3600.0
"""The clock may be set."""
AGAIN_S: Final = 30.0

_log = log.get("digest")


class Digests:
    """Those of the configuration, one herald for a server."""

    def __init__(self, config: Config, store: DigestStore, hooks: HookStore, clock: Clock) -> None:
        self._digests = config.mail.digests
        self._config = config
        self._store = store
        self._hooks = hooks
        self._clock = clock

    async def enlist(self) -> None:
        """Have the outbox keep each for those who get it, and for nobody else. What was stopped by
        hand stays so. Raises ``StoreError``."""
        known = {one.id: one for one in await self._hooks.subscriptions() if one.digest}
        wanted = {one.id: one for one in self._subscriptions()}
        for id_ in known.keys() - wanted.keys():
            await self._hooks.delete_subscription(id_)
        for id_, one in wanted.items():
            if (before := known.get(id_)) is not None:
                one = replace(one, created_at=before.created_at, stopped=before.stopped)
            await self._hooks.save_subscription(one)

    async def run(self) -> None:
        """Tell each at its time, for ever."""
        while self._digests:
            try:
                await self.look()
                now = self._clock.now()
                next_at = min(
                    plan.following(one, now, self._zone(one)) for one in self._digests.values()
                )
                wait_s = next_at - now + 0.001
            except StoreError as error:
                _log.warning("digest_waits", error=str(error), now="it is tried again")
                wait_s = AGAIN_S
            await asyncio.sleep(max(0.0, min(wait_s, LONGEST_S)))

    async def look(self) -> None:
        """Tell those that are due and were not told: of each the newest, however many were missed,
        and none from before anybody asked for it. Raises ``StoreError``."""
        asked = {one.digest: one.created_at for one in await self._hooks.subscriptions()}
        for name, digest in self._digests.items():
            due = plan.newest(digest, self._clock.now(), self._zone(digest))
            id_ = f"{DIGEST}{name}-{due.days.last}-{digest.period}"
            if asked.get(name, due.at) >= due.at or await self._store.is_told(events.named(id_)):
                continue
            report = await self.report(name, due.days, due)
            data = msgspec.to_builtins(report)
            now = self._clock.now()
            await self._store.tell(
                events.make(EventType.DIGEST_READY, id_, now, f"{DIGEST}{name}", data)
            )
            _log.info("digest_told", digest=name, last=report.last, late=bool(report.due))

    def days(self, name: str, last: date | None) -> Days:
        """The period that ends with this day (None: the newest one that is over). Raises
        ``UnknownName``."""
        digest = self._digest(name)
        if last is None:
            return plan.newest(digest, self._clock.now(), self._zone(digest)).days
        return plan.days_until(last, digest)

    async def report(self, name: str, days: Days, due: Due | None = None) -> Report:
        """What it says about these days; ``due`` when it should have come. Raises ``StoreError``,
        ``UnknownName``."""
        digest = self._digest(name)
        here, before = self._zone(digest), days.week_before()
        agents = await self._store.agents()
        now, broken = await self._count(days.span(here), agents)
        then, broken_before = await self._count(before.span(here), agents)
        queues = digest.queues or tuple(dict.fromkeys([*self._config.queues, *now, *then]))
        nothing = Numbers()
        some = [
            Compared(queue, self._target(queue), now.get(queue, nothing), then.get(queue, nothing))
            for queue in queues
            if queue in now or queue in then
        ]
        targets = {one.target_s for one in some}
        every = Compared(
            "",
            targets.pop() if len(targets) == 1 else None,
            together(one.now for one in some),
            together(one.before for one in some),
        )
        late = due is not None and self._clock.now() - due.at > plan.LATE_S
        return Report(
            name=name,
            first=str(days.first),
            last=str(days.last),
            compared_first=str(before.first),
            compared_last=str(before.last),
            due=_clock(due.at, here) if due is not None and late else "",
            every=every,
            queues=some,
            broken=broken,
            broken_before=broken_before,
            dead=await self._store.dead(),
        )

    async def _count(
        self, span: tuple[float, float], agents: Sequence[str]
    ) -> tuple[Mapping[str, Numbers], int]:
        targets = {name: queue.service_level_s for name, queue in self._config.queues.items()}
        tally = Tally(targets, self._config.recording.enabled)
        after = None
        while piece := await self._store.queued(*span, after, PIECE):
            for one in piece:
                tally.call(one)
            after = piece[-1]
        passage = await self._store.passage(*span)
        for agent in agents:
            tally.steps(await self._store.steps(agent, passage))
        beside = await self._store.beside(*span)
        tally.beside(beside)
        return tally.numbers(), beside.broken

    def _digest(self, name: str) -> Digest:
        if name not in self._digests:
            known = ", ".join(self._digests) or "none"
            raise UnknownName(f"no digest {name!r} in mail.digests; there are: {known}")
        return self._digests[name]

    def _target(self, queue: str) -> float | None:
        known = self._config.queues.get(queue)
        return None if known is None else known.service_level_s

    def _zone(self, digest: Digest) -> tzinfo:
        if digest.hours:
            return zone(self._config.hours[digest.hours].timezone)
        return zone(self._config.outgoing.timezone)

    def _subscriptions(self) -> Sequence[Subscription]:
        return [
            Subscription(
                id=f"{DIGEST}{name}-{hashlib.sha256(address.encode()).hexdigest()[:8]}",
                url=f"mailto:{address}",
                events=(EventType.DIGEST_READY.value,),
                queues=(),
                title=name,
                keys=(),
                created_at=self._clock.now(),
                language=digest.language or self._config.speech.language,
            )
            for name, digest in self._digests.items()
            for address in dict.fromkeys(digest.to)
        ]


def _clock(at: float, here: tzinfo) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(here).strftime("%Y-%m-%d %H:%M")
