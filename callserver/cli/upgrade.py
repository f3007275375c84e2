"""``callserver upgrade``: new code for new calls, while the running ones go on."""

import time

from callserver.cli.shared import ConfigFile, ask_upgrade, read_config, say, server_runs
from callserver.config import Config
from callserver.model.errors import CallServerError

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
    if not _until(settings, runs=True, within_s=BACK_S):
        raise CallServerError("the server did not come back; its log says why, calls go on")
    say("upgraded")


def _until(settings: Config, *, runs: bool, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while server_runs(settings) is not runs:
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)
    return True
