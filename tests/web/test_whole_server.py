"""The real server: its limits in the metrics, its audit log through a violent death."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from callserver.testing.rig import Rig, eventually


def value(metrics: str, name: str) -> float:
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found)


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def test_limits_are_measured_and_who_did_what_outlives_the_controller(
    tmp_path: Path,
) -> None:
    settings = {"server": {"spare_workers": 1}}
    async with await Rig.start(tmp_path / "server", settings=settings, capacity=4) as rig:
        metrics = await rig.api.text("/metrics")
        assert abs(value(metrics, "callserver_open_files_now") - open_files(rig.pid)) <= 3
        assert value(metrics, "callserver_open_files_limit") >= 256
        assert 20 << 20 < value(metrics, "callserver_memory_bytes") < 300 << 20
        assert value(metrics, "callserver_capacity") == 4
        assert value(metrics, 'callserver_rtp_slices_now{state="used"}') == 1
        assert value(metrics, 'callserver_rtp_slices_now{state="free"}') == 7
        assert value(metrics, "callserver_processes_now") == 3
        assert value(metrics, "callserver_http_connections_now") >= 1

        await rig.add_agent("alice", "a long secret")
        await rig.cli("agent", "passwd", "alice", "--password-stdin", stdin="another secret\n")
        await rig.api.put("/api/v1/agents/alice/password", {"password": "a third secret"})
        await rig.kill()
        await rig.run()

        async def of_alice() -> list[dict[str, Any]]:
            listed = await rig.api.get("/api/v1/audit", target="agents/alice")
            items: list[dict[str, Any]] = listed["items"]
            return items

        items = await eventually(of_alice, lambda found: len(found) >= 3, within=10)
        assert [item["action"] for item in items[::-1]] == [
            "agents.create",
            "agents.password",
            "agents.password",
        ]
        by_token, by_command = items[0], items[1]
        assert (by_token["name"], by_token["remote"]) == ("rig", "127.0.0.1")
        assert by_command["actor"].startswith("cli:") and by_command["name"] is None
        listed = json.loads(await rig.cli("audit", "list", "--json", "--target", "agents/alice"))
        assert [one["id"] for one in listed] == [item["id"] for item in items]
        assert await rig.stop() == 0


async def test_a_flood_is_turned_away_and_the_server_stays_ready(tmp_path: Path) -> None:
    settings = {
        "server": {"spare_workers": 0},
        "http": {"requests_per_s": 1.0, "requests_burst": 50, "max_connections_per_address": 20},
    }
    async with await Rig.start(tmp_path / "server", settings=settings, capacity=2) as rig:
        host, _, port = rig.url.removeprefix("http://").partition(":")

        async def shout() -> bytes:
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"GET /api/v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                answer = await asyncio.wait_for(reader.read(), 10)
                writer.close()
            except ConnectionError:
                return b""
            return answer[9:12]

        statuses = set()
        for _ in range(5):
            statuses |= set(await asyncio.gather(*(shout() for _ in range(60))))
        assert statuses <= {b"401", b"429", b""} and b"429" in statuses
        assert await rig.api.status("/readyz") == 200
        metrics = await rig.api.text("/metrics")
        assert value(metrics, 'callserver_http_refused_total{why="address_rate"}') > 100

        silent = await asyncio.gather(
            *(asyncio.open_connection(host, int(port)) for _ in range(25))
        )
        told = [asyncio.ensure_future(reader.read()) for reader, _ in silent]
        done, waiting = await asyncio.wait(told, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert done and all(b"connections from this address" in each.result() for each in done)
        for each in waiting:
            each.cancel()
        for _, writer in silent:
            writer.close()
        assert await rig.stop() == 0
