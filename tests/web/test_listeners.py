"""Listeners who stop reading, go away, or get a file that shrinks: cut off, nothing left open."""

import asyncio
from pathlib import Path

import pytest

from callserver.model.people import Role
from callserver.web import recordings
from tests.web.lines import Lines
from tests.web.world import World, long_recording

SIZE = 64 << 20  # more than any socket buffers

Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _listen(world: World) -> Connected:
    """Ask for a long recording and read its header only."""
    world.store.sounds["r2"] = long_recording(world.folder / "long.wav", SIZE)
    http = world.config.http
    reader, writer = await asyncio.open_connection(http.bind, http.port)
    lines = (
        "GET /api/v1/recordings/r2/audio HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {world.secrets[Role.QA]}",
    )
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    assert f"Content-Length: {SIZE}".encode() in head
    return reader, writer


async def _rest(reader: asyncio.StreamReader) -> int:
    """How many bytes still come before the server closes."""
    total = 0
    try:
        while chunk := await asyncio.wait_for(reader.read(1 << 20), 10):
            total += len(chunk)
    except ConnectionResetError:
        pass
    return total


def _open_files(folder: Path) -> list[str]:
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [str(link) for link in links if str(link).startswith(str(folder))]


async def test_a_listener_who_stops_reading_is_cut_off(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "STALL_S", 0.05)
    reader, writer = await _listen(world)
    await lines.over()
    assert _open_files(world.folder) == []
    assert await _rest(reader) < SIZE
    writer.close()


async def test_a_listener_who_goes_away_is_no_error(world: World, lines: Lines) -> None:
    _, writer = await _listen(world)
    assert _open_files(world.folder)
    writer.transport.abort()
    await lines.over()
    assert _open_files(world.folder) == []
    assert {line["log_level"] for line in lines.entries} == {"info"}


async def test_a_file_that_shrinks_ends_in_a_cut_not_in_a_short_answer_that_looks_whole(
    world: World, lines: Lines
) -> None:
    reader, writer = await _listen(world)
    with (world.folder / "long.wav").open("r+b") as file:
        file.truncate(100)
    assert await _rest(reader) < SIZE
    await lines.over()
    writer.close()
