"""A running web server, and a client of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.client import Client
from callserver.model.people import Role
from tests.web.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path / "recordings") as world:
        yield world


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with Client(world.web.url, world.secrets[Role.ADMIN]) as client:
        yield client
