"""``callserver upgrade``: new code for new calls, while the running ones go on."""

import asyncio
import time

from callserver.cli import audit
from callserver.cli.shared import (
    ConfigFile,
    ask_upgrade,
    opened_store,
    read_config,
    say,
    server_runs,
)
from callserver.config import Config
from callserver.model.errors import CallServerError
from callserver.model.facts import Outcome

GONE_S = 10.0
BACK_S = 30.0
LOOK_S = 0.1


def upgrade(config: ConfigFile = None) -> None:
    """Have the running server become the program that is installed now. Conversations, waiting
    callers and ringing phones go on; SIP is not answered for a second or two, and phones and
    trunks send again what they sent meanwhile. The same as SIGHUP to the server."""
    settings = read_config(config)
    if not ask_upgrade(settings):
        raise CallServerError("no server with this configuration runs here; start it with `serve`")
    _until(settings, runs=False, within_s=GONE_S)
    back = _until(settings, runs=True, within_s=BACK_S)
    if back:
        say("upgraded")
    # Only now: opening the database brings it up to the new program's version.
    asyncio.run(_note(settings, Outcome.DONE if back else Outcome.FAILED))
    if not back:
        raise CallServerError("the server did not come back; its log says why, calls go on")


async def _note(settings: Config, outcome: Outcome) -> None:
    async with opened_store(settings) as store:
        await audit.note(store, "server.upgrade", "server", outcome)


def _until(settings: Config, *, runs: bool, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while server_runs(settings) is not runs:
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True
