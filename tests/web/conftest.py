"""One running web server for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.web import connection, recordings, server
from tests.web.lines import Lines
from tests.web.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "recordings")
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
async def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    lines = Lines()
    for module in (connection, recordings, server):
        monkeypatch.setattr(module, "_log", lines.logger)
    return lines
