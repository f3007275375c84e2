"""The rig with the real server; one start serves all that can be asked of one."""

import signal
from pathlib import Path

import pytest

from callserver.testing.api import Api, ApiError
from callserver.testing.phone import Phone
from callserver.testing.rig import Rig, RigError, eventually


async def test_a_server_starts_knows_an_agent_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with await Rig.start(tmp_path / "server") as rig:
        await rig.add_agent("alice", "a long secret", name="Alice")
        agents = await rig.api.get("/api/v1/agents")
        assert [agent["username"] for agent in agents["items"]] == ["alice"]
        with pytest.raises(ApiError) as told:
            await rig.add_agent("alice", "a long secret")
        assert told.value.status == 409
        async with Api(rig.url) as stranger:
            with pytest.raises(ApiError) as told:
                await stranger.get("/api/v1/agents")
            assert told.value.status == 401
        async with await Phone.start("alice", log_dir=tmp_path) as alice:
            assert await alice.register(rig.sip, "alice", "wrong secret") in (401, 403)
            assert await alice.register(rig.sip, "alice", "a long secret") == 200
        assert "callserver_" in await rig.api.text("/metrics")
        assert len(rig.processes()) >= 2
        assert await rig.stop() == 0
    assert rig.leaks() == []


async def test_processes_that_outlive_the_controller_are_seen_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callserver.testing.rig.PATIENCE_S", 1.0)  # they stay for a minute
    rig = await Rig.start(tmp_path / "server")
    await rig.kill()
    assert rig.processes()
    assert all(one.pid != rig.pid for one in rig.processes())
    with pytest.raises(RigError, match="left behind"):
        await rig.stop()

    async def left() -> list[str]:
        return rig.leaks()

    assert await eventually(left, lambda left: not left) == []  # who is killed takes a moment


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="capasity"):
        await Rig.start(tmp_path / "server", settings={"server": {"capasity": 3}})


async def test_what_another_process_knows_is_asked_until_it_is_true() -> None:
    answers = iter([0, signal.SIGHUP, 2])

    async def read() -> int:
        return next(answers)

    assert await eventually(read, lambda answer: answer == 2) == 2

    async def never() -> str:
        return "still not"

    with pytest.raises(TimeoutError, match="still not"):
        await eventually(never, lambda answer: answer == "yes", within=0.1)
