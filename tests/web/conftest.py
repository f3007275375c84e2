"""One running web server for each test, in the loop it runs in: what uvloop's transports do with
unsent bytes differs from asyncio's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import uvloop

from callserver.web import connection, connectors, recordings, server
from tests.web.lines import Lines
from tests.web.world import World


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What pytest-asyncio makes its loops with."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def customers_url(request: pytest.FixtureRequest) -> str:
    """Nothing, for a file of that world; where the database matters, tests have it as a parameter:
    ``world.BOTH``."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def world(tmp_path: Path, customers_url: str) -> AsyncIterator[World]:
    async with World(tmp_path / "recordings", customers_url=customers_url) as world:
        yield world


@pytest.fixture
async def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    lines = Lines()
    for module in (connection, connectors, recordings, server):
        monkeypatch.setattr(module, "_log", lines.logger)
    return lines


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[World]]]:
    """Makes a world with these options of ``http``; it has no generosity but what they say."""
    async with AsyncExitStack() as worlds:

        async def make(**http: Any) -> World:
            return await worlds.enter_async_context(World(tmp_path / "recordings", http=http))

        yield make
