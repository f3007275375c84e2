"""Where imports are on the disk: a folder each, so that a restart knows them."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from callserver import log
from callserver.model.imports import ImportJob

ARRIVING: Final = "arriving-"
"""What a body is called until all of it is there."""

_STATE: Final = "state.json"
_log = log.get("imports")


class ImportFiles:
    """All methods wait for the disk: call them in a thread. Each may raise ``OSError``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> list[ImportJob]:
        """Those of an earlier run. What never became one is deleted."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in self.folder.glob(f"{ARRIVING}*"):
            left.unlink(missing_ok=True)
        found = []
        for state in self.folder.glob(f"*/{_STATE}"):
            try:
                job = msgspec.json.decode(state.read_bytes(), type=ImportJob)
            except msgspec.DecodeError as error:
                _log.warning("import_unreadable", id=state.parent.name, error=str(error))
                shutil.rmtree(state.parent)
                continue
            if job.over:  # we may have died between the two steps of `save`
                self.table(job.id).unlink(missing_ok=True)
            found.append(job)
        return found

    def take(self, table: Path, job: ImportJob) -> None:
        """A new one: its table is moved here."""
        home = self.folder / job.id
        home.mkdir(parents=True, mode=0o700)
        table.replace(self.table(job.id))
        self.save(job)

    def save(self, job: ImportJob) -> None:
        """Write down how it stands; of what is over the table is deleted: it is full of people."""
        state = self.folder / job.id / _STATE
        new = state.with_suffix(".new")
        with new.open("wb") as file:
            file.write(msgspec.json.encode(job))
            file.flush()
            os.fsync(file.fileno())
        new.replace(state)
        if job.over:
            self.table(job.id).unlink(missing_ok=True)

    def remove(self, id_: str) -> None:
        """Nothing is left of it."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder / id_)

    def table(self, id_: str) -> Path:
        """The table of one."""
        return self.folder / id_ / "table.csv"

    def mistakes(self, id_: str) -> Path:
        """All its mistakes, a JSON object a line."""
        return self.folder / id_ / "mistakes.ndjson"
