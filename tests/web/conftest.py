"""One running web server for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "recordings")
    await world.start()
    yield world
    await world.stop()
