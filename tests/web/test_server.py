"""The server itself: its port, its end."""

import asyncio
import socket

import pytest

from callserver.model.errors import ConfigError
from tests.web.world import World


async def test_a_port_that_is_taken_is_told_with_the_key_to_change(world: World) -> None:
    second = World(world.folder)
    with pytest.raises(ConfigError, match=r"address already in use.*http\.port"):
        await second.start()
    assert (await world.get("/healthz")).status == 200


async def test_a_stopped_server_can_be_reached_no_more(world: World) -> None:
    await world.web.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(world.config.http.bind, world.config.http.port)


def test_loopback_is_where_these_tests_live(world: World) -> None:
    assert socket.inet_aton(world.config.http.bind)[0] == 127
