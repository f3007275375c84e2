"""Who follows the events of a server that dies goes on, without a gap, with the next one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp

from callserver.testing.rig import Rig, eventually

JANE = "/api/v1/contacts/+37120000012"


async def next_audited(rig: Rig, token: str, last: str) -> tuple[str, dict[str, Any]]:
    """Id and data of the first change after ``last`` that the stream tells."""
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": last}
    url = f"{rig.url}/api/v1/events?kinds=audited"
    async with (
        asyncio.timeout(20),
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers) as answer,
    ):
        fields: dict[str, str] = {}
        async for line in answer.content:
            name, _, value = line.decode().rstrip("\n").partition(":")
            fields[name] = value.strip()
            if not name and "contacts.put" in fields.get("data", ""):
                return fields["id"], json.loads(fields["data"])
    raise AssertionError("the stream is over")


async def test_no_event_is_missed_or_comes_twice_when_the_controller_dies(tmp_path: Path) -> None:
    async with await Rig.start(tmp_path) as rig:
        token = (await rig.cli("token", "add", "listener", "--role", "admin")).strip()
        await rig.api.put(JANE, {"name": "Jane"})
        first, _ = await next_audited(rig, token, "0")
        before = {process.pid for process in rig.processes()}
        await rig.kill()
        await rig.run()
        await rig.api.put(JANE, {"name": "Jane Doe"})
        second, _ = await next_audited(rig, token, first)
        assert int(second) > int(first)
        again, _ = await next_audited(rig, token, "0")
        assert again == first

        async def left() -> set[int]:
            return before & {process.pid for process in rig.processes()}

        await eventually(left, lambda left: not left)  # the forker of the first heard of the second
