"""The destination that fails in every manner does so, and believes only what is genuine."""

import time

import pytest

from callserver.config.hooks import Hooks
from callserver.crm import signing
from callserver.model.errors import OutsideError
from callserver.outside.poster import Poster
from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver

BODY = b'{"type":"test","timestamp":"","data":{}}'
SECRET = b"s" * 32
STATUS = {
    Manner.TAKES: 204,
    Manner.SLOW: 204,
    Manner.TWICE: 204,
    Manner.ERROR: 500,
    Manner.BUSY: 429,
    Manner.REDIRECT: 307,
    Manner.REFUSES: 400,
    Manner.GONE: 410,
}
HELD = {*(Manner.TAKES, Manner.SLOW, Manner.TWICE), *(Manner.LOST, Manner.SILENT)}


async def send(receiver: Receiver, secret: bytes = SECRET) -> int:
    poster = Poster(Hooks(private=("127.0.0.1/32",)))
    headers = signing.headers("msg_1", time.time(), BODY, [secret])
    try:
        return (await poster.post(receiver.url, headers, BODY, 0.4)).status
    finally:
        await poster.close()


@pytest.mark.parametrize("manner", list(Manner), ids=lambda manner: manner.name)
async def test_each_manner_is_what_it_says(manner: Manner) -> None:
    async with Receiver.start(lambda n: manner) as receiver:
        receiver.secrets = [signing.shown(SECRET)]
        if manner in STATUS:
            assert await send(receiver) == STATUS[manner]
        else:
            with pytest.raises(OutsideError):
                await send(receiver)
        assert list(receiver.held) == (["msg_1"] if manner in HELD else [])
        assert len(receiver.arrivals) == (manner in HELD) + (manner is Manner.TWICE)


async def test_what_is_not_genuine_is_refused_and_counted() -> None:
    async with Receiver.start() as receiver:
        receiver.secrets = [signing.shown(SECRET)]
        assert await send(receiver, b"other") == 401
        assert (receiver.held, receiver.refused) == ({}, ["no signature fits"])


async def test_it_goes_and_comes_back_at_the_same_address() -> None:
    async with Receiver.start() as receiver:
        receiver.secrets = [signing.shown(SECRET)]
        await receiver.down()
        with pytest.raises(OutsideError, match="cannot be reached"):
            await send(receiver)
        await receiver.up()
        assert await send(receiver) == 204
