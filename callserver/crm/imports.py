"""Imports that are asked for over the API: one at a time, the others wait."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from callserver import log
from callserver.config import Config
from callserver.config.imports import Imports as Settings
from callserver.crm.import_files import ImportFiles
from callserver.crm.import_process import ImportProcess
from callserver.model.errors import ImportBroken, NotAllowed, UnknownName
from callserver.model.ids import new_id
from callserver.model.imports import ImportJob, ImportState, Report, Run, Wish
from callserver.model.ports import Clock
from callserver.runtime import Tasks

MOST_KEPT: Final = 200
TIDY_S: Final = 3600.0
NOTE_S: Final = 3.0
"""How far it is, is written down so often."""
_DAY_S: Final = 86_400.0

INTERRUPTED: Final = (
    "the server ended while it ran; send it again: what is in already is found and not changed"
)
BROKEN: Final = "something broke on our side, the log has more; send it again"
_log = log.get("imports")


class Imports:
    """One per controller. ``on_written`` is called when another process has changed contacts."""

    def __init__(
        self,
        files: ImportFiles,
        settings: Settings,
        run: Run,
        clock: Clock,
        on_written: Callable[[], None],
    ) -> None:
        self._files = files
        self._settings = settings
        self._run = run
        self._clock = clock
        self._on_written = on_written
        self._jobs: dict[str, ImportJob] = {}
        self._asked = asyncio.Event()
        self._pen = asyncio.Lock()
        self._running: tuple[str, asyncio.Task[None]] | None = None
        self._tasks = Tasks("imports")

    @classmethod
    def of(cls, config: Config, clock: Clock, on_written: Callable[[], None]) -> Self:
        """Those of a configuration."""
        where = config.store_url, config.outgoing.country, config.store.secret()
        run = ImportProcess(*where)
        return cls(ImportFiles(config.imports_dir), config.imports, run, clock, on_written)

    async def start(self) -> None:
        """Those that wait go on waiting, one that ran is over. Trouble with the disk keeps nobody
        from calling."""
        try:
            for job in await asyncio.to_thread(self._files.load):
                self._jobs[job.id] = job
                if job.state is ImportState.RUNNING:
                    await self._save(self._over(job, ImportState.INTERRUPTED, INTERRUPTED))
        except OSError as error:
            _log.error("imports_unreadable", error=str(error))
        self._tasks.start("turns", self._take_turns())
        self._tasks.start("tidy", self._tidy())

    async def stop(self) -> None:
        """What runs is stopped, and is told of as interrupted."""
        await self._tasks.close()
        for job in [*self._jobs.values()]:
            if job.state is ImportState.RUNNING:
                await self._save(self._over(job, ImportState.INTERRUPTED, INTERRUPTED))

    async def add(self, table: Path, wish: Wish) -> ImportJob:
        """As :class:`~callserver.model.imports.ImportDesk` says."""
        waiting = sum(job.state is ImportState.WAITING for job in self._jobs.values())
        if waiting >= self._settings.most_waiting:
            raise NotAllowed(f"{waiting} imports wait already; send it when they are done")
        job = ImportJob(new_id(), wish, self._clock.now())
        try:
            await asyncio.to_thread(self._files.take, table, job)
        except OSError:
            await asyncio.to_thread(self._files.remove, job.id)
            raise
        self._jobs[job.id] = job
        self._asked.set()
        return job

    def jobs(self) -> list[ImportJob]:
        """All, newest first."""
        return sorted(self._jobs.values(), key=lambda job: job.id, reverse=True)

    def job(self, id_: str) -> ImportJob:
        """One. Raises ``UnknownName``."""
        if id_ not in self._jobs:
            raise UnknownName(f"no import {id_}")
        return self._jobs[id_]

    def mistakes(self, id_: str) -> Path:
        """The file with all its mistakes; it may not be there. Raises ``UnknownName``."""
        return self._files.mistakes(self.job(id_).id)

    async def remove(self, id_: str) -> None:
        """Stop it if it runs, and forget it. Raises ``UnknownName``, ``OSError``."""
        job = self._jobs.pop(self.job(id_).id)
        if self._running is not None and self._running[0] == job.id:
            self._running[1].cancel()
            await asyncio.wait([self._running[1]])
            self._written(job)
        await asyncio.to_thread(self._files.remove, id_)

    async def _take_turns(self) -> None:
        while True:
            waiting = [job for job in self._jobs.values() if job.state is ImportState.WAITING]
            if not waiting:
                await self._asked.wait()
                self._asked.clear()
                continue
            job = min(waiting, key=lambda job: job.id)
            task = self._tasks.start(job.id, self._carry_out(job))
            self._running = (job.id, task)
            await asyncio.wait([task])
            self._running = None
            if (left := self._jobs.get(job.id)) is not None and not left.over:
                await self._save(self._over(left, ImportState.FAILED, BROKEN))

    async def _carry_out(self, job: ImportJob) -> None:
        noted_at = self._clock.now()
        job = replace(job, state=ImportState.RUNNING, begun_at=noted_at)
        await self._save(job)

        def told(report: Report) -> None:
            nonlocal job, noted_at
            job = replace(job, tally=report.tally, first=report.first, trouble=report.trouble)
            self._keep(job)
            if self._clock.now() - noted_at >= NOTE_S:  # for whoever asks after a restart
                noted_at = self._clock.now()
                self._tasks.start("note", self._write(job))

        _log.info("import_begins", id=job.id, bytes=job.wish.size, dry=job.wish.dry)
        files = self._files
        try:
            await self._run(job.wish, files.table(job.id), files.mistakes(job.id), told)
        except (ImportBroken, OSError) as error:
            job = replace(job, trouble=f"{error}; send it again")
        self._written(job)
        state = ImportState.FAILED if job.trouble else ImportState.DONE
        await self._save(self._over(job, state, job.trouble))
        _log.info("import_ended", id=job.id, state=state, rows=job.tally.rows, bad=job.tally.bad)

    def _written(self, job: ImportJob) -> None:
        if not job.wish.dry:
            self._on_written()

    def _over(self, job: ImportJob, state: ImportState, trouble: str) -> ImportJob:
        return replace(job, state=state, ended_at=self._clock.now(), trouble=trouble)

    def _keep(self, job: ImportJob) -> None:
        """Unless it was removed meanwhile."""
        if job.id in self._jobs:
            self._jobs[job.id] = job

    async def _save(self, job: ImportJob) -> None:
        """What cannot be written is at least known until the next start."""
        await self._write(job)
        self._keep(job)

    async def _write(self, job: ImportJob) -> None:
        """In the order in which it is asked for."""
        async with self._pen:
            if job.id not in self._jobs:
                return
            try:
                await asyncio.to_thread(self._files.save, job)
            except OSError as error:
                _log.error("import_not_written", id=job.id, error=str(error))

    async def _tidy(self) -> None:
        while True:
            oldest = self._clock.now() - self._settings.keep_days * _DAY_S
            over = [job for job in self.jobs() if job.over]
            old = [job.id for n, job in enumerate(over) if n >= MOST_KEPT or job.asked_at < oldest]
            for id_ in old:
                try:
                    await self.remove(id_)
                except (OSError, UnknownName) as error:
                    _log.warning("import_not_removed", id=id_, error=str(error))
            await asyncio.sleep(TIDY_S)
