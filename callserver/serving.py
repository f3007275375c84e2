"""The server as a program: its signals, from the start to the drain."""

import asyncio
import os
import signal
import sys

import uvloop

from callserver import log
from callserver.app import App
from callserver.config import Config
from callserver.limits import make_room
from callserver.runtime import settle

_log = log.get("app")


async def serve(config: Config) -> None:
    """Serve until TERM or INT; the first drains, the second hurries. HUP upgrades: this process
    becomes the program that is installed now, and takes up its own calls."""
    app = App(config)
    signals: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, signals.put_nowait, number.name)
    app.pool.on_upgrade = lambda: signals.put_nowait(signal.SIGHUP.name)
    try:
        await app.start()
        settle()
        asked = await signals.get()
        if asked == signal.SIGHUP.name:
            _log.info("upgrading", calls=len(app.reception.calls()))
            await app.hand_over()
            os.execv(sys.executable, [sys.executable, "-m", "callserver", *sys.argv[1:]])  # noqa: S606
        _log.info("draining", signal=asked, hint="once more to end calls at once")
        draining = asyncio.create_task(app.drain(), name="app.drain")
        hurried = asyncio.create_task(signals.get(), name="app.hurry")
        await asyncio.wait(
            {draining, hurried},
            timeout=config.server.drain_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        draining.cancel()
        hurried.cancel()
    finally:
        await app.stop()


def run(config: Config) -> None:
    """The ``serve`` command."""
    log.setup(config.log.level, config.log.form)
    make_room(config)
    uvloop.run(serve(config))
