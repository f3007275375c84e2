"""Faults of the disk and the database, made from outside, and looks at what they left."""

import errno
import os
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from callserver.testing.api import ApiError
from callserver.testing.rig import eventually
from tests.scenarios.house import House

Fault = Callable[[House], AbstractContextManager[None]]


def database(house: House) -> Path:
    on_small_disk = house.folder / "disk" / "callserver.db"
    usual = house.rig.folder / "var" / "callserver.db"
    return on_small_disk if on_small_disk.exists() else usual


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Another process holds the database: a backup, an operator's shell."""
    other = sqlite3.connect(database(house), isolation_level=None, timeout=10)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()


@contextmanager
def deleted(house: House) -> Iterator[None]:
    """Somebody tidies up."""
    database(house).unlink()
    yield


@contextmanager
def unwritable(house: House) -> Iterator[None]:
    """No write to database and log succeeds, not even root's, as on a disk that the system has made
    read-only. The third file, shared memory, is left alone: a write to its mapping is a SIGBUS when
    the file is immutable, but not on an ext4 that went read-only by itself (tried)."""
    files = [f"{database(house)}{suffix}" for suffix in ("", "-wal")]
    _root("chattr", "+i", *files)
    try:
        yield
    finally:
        _root("chattr", "-i", *files)


@contextmanager
def full(house: House) -> Iterator[None]:
    """Not a byte is left on the disk that database and spool share (:func:`small_disk`)."""
    with filled(database(house).parent):
        yield


def _fill(fd: int, size: int) -> None:
    while True:
        try:
            os.write(fd, b"x" * size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return


@contextmanager
def disk_of(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A folder with a disk of its own."""
    disk = folder / "disk"
    disk.mkdir(parents=True)
    _root("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        _root("umount", "--lazy", str(disk))


@contextmanager
def filled(disk: Path, leaving: int = 0) -> Iterator[None]:
    """So many bytes, or none, are left on a disk."""
    ballast = disk / f"ballast{time.monotonic_ns()}"
    with ballast.open("wb", buffering=0) as file:
        try:
            if leaving:
                state = os.statvfs(disk)
                os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - leaving)
            else:
                for size in (65536, 4096, 1):
                    _fill(file.fileno(), size)
            yield
        finally:
            ballast.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[dict[str, Any]]:
    """A disk of 4 MiB; settings that put database and spool on it."""
    var = _data_dir(folder)
    (var / "spool").symlink_to(folder / "disk" / "spool")
    with disk_of(folder, 4) as disk:
        (disk / "spool").mkdir()
        yield {
            "server": {"data_dir": str(var)},
            "store": {"url": f"sqlite+aiosqlite:///{disk / 'callserver.db'}"},
        }


@contextmanager
def recording_disk(folder: Path, min_free_mib: int) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A disk of 16 MiB for the tracks of running calls and for recordings; settings that put them
    on it."""
    var = _data_dir(folder)
    (folder / "server").mkdir()
    with disk_of(folder, 16) as disk:
        for there, here in (("tracks", var), ("recordings", folder / "server")):
            (disk / there).mkdir()
            (here / there).symlink_to(disk / there)
        yield (
            disk,
            {"server": {"data_dir": str(var)}, "recording": {"min_free_mib": min_free_mib}},
        )


def _data_dir(folder: Path) -> Path:
    var = folder / "var"
    var.mkdir()
    prompts = Path(tempfile.gettempdir()) / f"callserver-prompts-{os.getuid()}"
    prompts.mkdir(exist_ok=True)
    (var / "prompts").symlink_to(prompts)
    return var


def _root(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        pytest.skip(f"needs the rights for {command[0]}: {done.stderr.strip()}")


async def is_ready(house: House, *, ready: bool, within: float) -> None:
    """Until ``/readyz`` says so."""

    async def status() -> int:
        return await house.rig.api.status("/readyz")

    await eventually(status, lambda code: code == (200 if ready else 503), within=within)


async def somebody_waits(house: House) -> None:
    """Until a caller is in a queue."""

    async def phases() -> list[str]:
        return [one["phase"] for one in (await house.rig.api.get("/api/v1/calls/live"))["items"]]

    await eventually(phases, lambda now: "queued" in now, within=10)


async def degraded(house: House, part: str = "store") -> str:
    """What ``/readyz`` says about a part that does not work."""
    with pytest.raises(ApiError) as caught:
        await house.rig.api.get("/readyz")
    return str(caught.value.problem["degraded"][part])


async def timeline(house: House, call: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))[
        "items"
    ]
    return items


async def story(house: House, call: str) -> Counter[str]:
    """What happened in a call, as often as it happened."""
    return Counter(
        f"{fact['kind']} {fact['data'].get('leg', '')}{fact['data'].get('state', '')}".strip()
        for fact in await timeline(house, call)
    )


def rows(house: House, query: str) -> list[Any]:
    """What stands in the file of the database."""
    with closing(sqlite3.connect(database(house))) as connection:
        return connection.execute(query).fetchall()


def facts_twice(house: House) -> list[Any]:
    """Facts that are in the journal more than once."""
    return rows(
        house,
        "SELECT at, call, agent, kind, body, count(*) FROM journal "
        "GROUP BY at, call, agent, kind, body HAVING count(*) > 1",
    )


async def earlier_forkers_came_back(house: House, count: int) -> None:
    """Until the forkers of killed controllers have heard that they are not needed any more; one
    that has not would stay for a while after the end of the test."""

    async def said() -> int:
        return house.rig.stderr_file.read_text().count("earlier_forker_came_back")

    await eventually(said, lambda now: now >= count, within=20)


async def all_is_delivered(house: House) -> None:
    """Until no fact waits for the database; looking makes facts too."""

    async def backlog() -> float:
        return await metric(house, "callserver_journal_backlog")

    await eventually(backlog, lambda facts: facts == 0, within=10)


async def metric(house: House, name: str) -> float:
    """The sum of a metric over its labels."""
    text = await house.rig.api.text("/metrics")
    lines = [line for line in text.splitlines() if line.startswith((name + " ", name + "{"))]
    return sum(float(line.split()[-1]) for line in lines)
