"""The screen pop as README prints it, against a whole server."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from callserver.testing.rig import Rig
from tests.scenarios.house import open_house

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


def script() -> str:
    """The program in README that uses the client."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    found: list[str] = [block for block in blocks if "callserver.client" in block]
    return found[0]


@asynccontextmanager
async def running(rig: Rig, folder: Path) -> AsyncIterator[asyncio.StreamReader]:
    """The script on its own, from the first event on; yields what it prints."""
    file = folder / "pop.py"
    file.write_text(script())
    token = (await rig.cli("token", "add", "desk", "--role", "crm")).strip()
    environment = {
        **os.environ,
        "CALLSERVER_URL": rig.url,
        "CALLSERVER_TOKEN": token,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(file), "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=environment,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


def test_it_is_as_short_as_it_says() -> None:
    assert len([line for line in script().splitlines() if line.strip()]) <= 32
    compile(script(), "pop.py", "exec")


async def test_who_calls_is_on_the_screen_while_the_phone_rings(tmp_path: Path) -> None:
    settings = {"outgoing": {"country": "LV"}, "agents": {"ring_timeout_s": 60.0}}
    async with open_house(tmp_path, settings) as house:
        await house.rig.api.put("/api/v1/contacts/20000001", {"name": "Jane Roe", "vip": True})
        async with running(house.rig, tmp_path) as printed:
            alice = await house.agent("alice")
            customer = await house.waiting_customer()
            ringing = await alice.incoming()
            await ringing.ring()
            async with asyncio.timeout(PATIENCE_S):
                line = (await printed.readline()).decode()
            assert line == (
                "alice: Jane Roe (+37120000001) for support; VIP, called 0 times before\n"
            )
            await ringing.answer()
            await customer.hang_up()
            await house.records()
        await house.is_quiet()
