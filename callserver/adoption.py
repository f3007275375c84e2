"""After a restart: calls whose workers outlived the last controller go on, the others are ended,
and recordings that nobody finished are made."""

from collections.abc import Mapping, Sequence

from callserver import log
from callserver.acd.router import Router
from callserver.call.apology import owed
from callserver.call.journal import Journal
from callserver.call.messages import keep, taken
from callserver.call.reception import CallReception
from callserver.call.restore import OpenCall
from callserver.model.call import Ending, Reason, Result
from callserver.model.facts import CallEnded
from callserver.model.ports import Clock, Survivor
from callserver.model.store_ports import Store
from callserver.recording.gaps import began_at
from callserver.recording.library import Recordings

_log = log.get("adoption")


class Adoption:
    """Used once, by the wiring. ``country``: as `outgoing.country`."""

    def __init__(
        self,
        reception: CallReception,
        router: Router,
        journal: Journal,
        recordings: Recordings,
        store: Store,
        clock: Clock,
        country: str,
    ) -> None:
        self._reception = reception
        self._router = router
        self._journal = journal
        self._recordings = recordings
        self._store = store
        self._clock = clock
        self._country = country

    def take_up(self, calls: Sequence[OpenCall], survivors: Mapping[str, Survivor]) -> None:
        """Every call of the last controller goes on or is ended; then agents are free of calls
        that are not there any more."""
        alive: set[str] = set()
        rung: set[tuple[str, str]] = set()
        for call in calls:
            survivor = survivors.get(call.record.worker)
            if survivor is None:
                self._bury(call)
            elif self._reception.adopt(call, survivor):
                alive.add(call.record.id)
                rung |= {(call.record.id, agent) for agent in call.place.rung}
        self._router.settle(alive, rung)
        if calls:
            _log.info("calls_taken_up", alive=len(alive), of=len(calls))

    def _bury(self, call: OpenCall) -> None:
        self._journal.resume(call.record)
        ending, now = Ending(Result.FAILED, Reason.WORKER_LOST), self._clock.now()
        place = (call.record.phase, ending, call.place.priority, now)
        apology = owed(call.record, *place, self._country)
        self._journal.note(CallEnded(call.record.id, now, ending))
        if apology is not None:
            self._journal.note(apology)

    async def finish_later(self) -> None:
        """:meth:`finish_recordings`, when the database knows all about the calls."""
        await self._journal.flush()
        await self.finish_recordings()

    async def finish_recordings(self) -> None:
        """Tracks that lie there and belong to no running call become stereo files; messages that
        lie there are kept."""
        running = {view.call for view in self._reception.calls()}
        for call in self._recordings.left_messages():
            record = self._journal.record(call) or await self._store.call(call)
            if call in running or record is None:
                continue
            left = taken(await self._store.timeline(call))
            self._journal.resume(record)
            now = self._clock.now()
            await keep(record, left, self._recordings, self._journal.note, now)
            self._journal.forget(call)
        for call in self._recordings.leftovers():
            if call in running:
                continue
            record = self._journal.record(call) or await self._store.call(call)
            began = began_at(record) if record is not None else None
            if record is None or began is None:
                _log.warning("tracks_of_no_call", call=call)
                continue
            self._journal.resume(record)
            parties = {"customer": record.number, "line": record.line, "agent": record.agent or ""}
            await self._recordings.make(record, began, parties)
            self._journal.forget(call)
