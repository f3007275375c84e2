"""Flows, database, disks."""

import asyncio
import shutil
from pathlib import Path

from callserver.cli.checks.finding import Finding, fail, ok, warn
from callserver.cli.config import mistakes
from callserver.cli.shared import opened_store
from callserver.config import Config
from callserver.model.errors import ConfigError, StoreError

GIB = 1 << 30
FAIL_BYTES = GIB // 4
WARN_BYTES = 2 * GIB
# Two channels of 8000 samples a second, 2 bytes each.
RECORDING_BYTES_PER_S = 32_000


def flows(config: Config) -> Finding:
    """What the lines lead to."""
    if found := list(mistakes(config)):
        return fail("flows", "; ".join(found), "`callserver config check` lists them")
    if not config.lines:
        return warn("flows", "there are no lines", "name your numbers in config/lines.yaml")
    return ok("flows", f"no mistakes in the flows that lines lead to; lines: {len(config.lines)}")


def database(config: Config) -> Finding:
    """Opens it, brings it up to date, writes to it."""

    async def ping() -> None:
        async with opened_store(config) as store:
            await store.ping()

    try:
        asyncio.run(ping())
    except (StoreError, ConfigError) as error:
        found, _, cure = str(error).rpartition("; ")
        return fail("database", found or cure, cure)
    return ok("database", "opens, is up to date, can be written to")


def data_disk(config: Config) -> Finding:
    """Where database and running calls' tracks lie."""
    return _disk(config, "disk of server.data_dir", config.server.data_dir, "server.data_dir")


def recordings_disk(config: Config) -> Finding:
    """Where recordings lie."""
    return _disk(config, "disk of recording.dir", config.recording.dir, "recording.dir")


def _disk(config: Config, check: str, folder: Path, key: str) -> Finding:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return fail(check, f"{there}: {error.strerror}", f"make {folder} readable, or move {key}")
    hours = free // (RECORDING_BYTES_PER_S * 3600)
    found = f"{free / GIB:.1f} GiB free, {hours} hours of recorded conversation"
    cure = f"free space, or move {key} to a larger disk"
    needed = config.recording.min_free_mib << 20 if config.recording.enabled else 0
    if free < needed:
        found += f": less than recording.min_free_mib ({needed >> 20}), so nothing is recorded"
    if free < max(FAIL_BYTES, needed):
        return fail(check, found, cure)
    if free < WARN_BYTES:
        return warn(check, found, cure)
    return ok(check, found)
