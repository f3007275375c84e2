"""Every connector against its fake CRM, through every way in which that fails."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Reason, Result
from callserver.model.hooks import DeliveryState, Replay
from callserver.testing.crms import CRMS, FAULTS, Crm, CrmServer, FakeBitrix24, FakeOdoo, FakeZammad
from callserver.testing.faulty import Manner
from callserver.testing.rig import eventually
from callserver.testing.story import a_call
from tests.crm.house import Office, all_over, office

NOW = time.time()
CALLS = 4
HOOK = "connector-crm"
SECRET = re.compile("token|secret|key")


def configured(server: CrmServer, **more: Any) -> dict[str, Any]:
    base = {"link": "https://calls.example.com", "per_s": 900.0, "default_user": "1"}
    return {"crm": {**base, **server.crm.options(server.url), **more}}


def held(crm: Crm, *calls: str) -> None:
    """Each of these calls, once, whole, in order, and nothing else."""
    assert crm.stories() == {call: list(crm.complete) for call in calls}
    assert crm.twice() == []
    assert crm.wrong == []


class Trouble:
    """Every sixth request fails, each in another way."""

    def __init__(self) -> None:
        self.left = list(FAULTS)

    def plan(self, n: int) -> Manner:
        return self.left.pop() if n % 6 == 1 and self.left else Manner.TAKES


@pytest.mark.parametrize("kind", CRMS, ids=lambda kind: kind.kind)
async def test_whatever_it_does_it_holds_each_call_once_whole_and_in_order(
    tmp_path: Path, kind: type[Crm]
) -> None:
    trouble, calls = Trouble(), 0
    async with CrmServer.start(kind(), trouble.plan) as server:
        async with office(tmp_path, configured(server, timeout_s=0.5)) as one:
            while trouble.left:
                for _ in range(4):
                    await one.happens(*a_call(f"c{calls}", NOW + calls))
                    calls += 1
                await all_over(one, HOOK)
            assert await dead(one) == []
            assert await one.hooks.replay(HOOK, Replay(since=0.0, dead_only=False)) > 0
            await all_over(one, HOOK)
        held(server.crm, *(f"c{n}" for n in range(calls)))


@pytest.mark.parametrize("kind", [FakeBitrix24, FakeOdoo], ids=lambda kind: kind.kind)
async def test_one_that_was_down_holds_all_when_it_is_back(tmp_path: Path, kind: type[Crm]) -> None:
    async with CrmServer.start(kind()) as server:
        await server.down()
        async with office(tmp_path, configured(server)) as one:
            for n in range(CALLS):
                await one.happens(*a_call(f"c{n}", NOW + n))

            async def trouble() -> str:
                return one.deliverer.warnings().get(f"webhook_{HOOK}", "")

            assert "cannot be reached" in await eventually(trouble, bool)
            await server.up()
            await all_over(one, HOOK)
        held(server.crm, *(f"c{n}" for n in range(CALLS)))


@pytest.mark.parametrize("kind", CRMS, ids=lambda kind: kind.kind)
async def test_a_restart_between_two_events_goes_on_with_the_same_record(
    tmp_path: Path, kind: type[Crm]
) -> None:
    facts = list(a_call("c0", NOW))
    async with CrmServer.start(kind()) as server:
        for part in (facts[:5], facts[5:8], facts[8:9], facts[9:]):
            async with office(tmp_path, configured(server)) as one:
                await one.happens(*part)
                await all_over(one, HOOK)
        held(server.crm, "c0")


@pytest.mark.parametrize("kind", CRMS, ids=lambda kind: kind.kind)
async def test_a_missed_call_of_somebody_withheld_is_there_too(
    tmp_path: Path, kind: type[Crm]
) -> None:
    async with CrmServer.start(kind()) as server, office(tmp_path, configured(server)) as one:
        await one.happens(
            f.CallOffered(
                *("c0", NOW, Direction.INBOUND, "100", "", "", "provider", "s@192.0.2.1", "w0")
            ),
            f.CallEnded("c0", NOW + 3.0, Ending(Result.ABANDONED, Reason.IN_FLOW)),
        )
        await all_over(one, HOOK)
        assert await dead(one) == []
        assert list(server.crm.stories()) == ["c0"]
        assert server.crm.wrong == []


async def test_a_caller_whom_zammad_blocks_is_unwanted_and_that_is_said_once(
    tmp_path: Path,
) -> None:
    async with CrmServer.start(FakeZammad()) as server:
        server.crm.blocked.add("+37120000012")
        async with office(tmp_path, configured(server)) as one:
            await one.happens(*a_call("c0", NOW))
            await all_over(one, HOOK)
            assert one.unwanted == [("c0", "crm")]
            server.crm.blocked.clear()
            await one.happens(*a_call("c1", NOW))
            await all_over(one, HOOK)
            assert one.unwanted == [("c0", "crm")]
        held(server.crm, "c0", "c1")


@pytest.mark.parametrize("kind", CRMS, ids=lambda kind: kind.kind)
async def test_wrong_credentials_lose_nothing_and_say_so(tmp_path: Path, kind: type[Crm]) -> None:
    async with CrmServer.start(kind()) as server:
        secrets = [name for name in server.crm.options(server.url) if SECRET.search(name)]
        wrong = dict.fromkeys(secrets, "wrong")
        async with office(tmp_path, configured(server, **wrong)) as one:
            await one.happens(*a_call("c0", NOW))

            async def trouble() -> str:
                return one.deliverer.warnings().get(f"webhook_{HOOK}", "")

            why = await eventually(trouble, bool)
            assert "answered 40" in why or "private_key" in why
            assert "wrong" not in why
            assert server.crm.stories() == {}
        server.crm.wrong.clear()
        async with office(tmp_path, configured(server)) as one:
            await all_over(one, HOOK)
        held(server.crm, "c0")


async def dead(one: Office) -> list[str]:
    found = await one.hooks.deliveries(HOOK, DeliveryState.DEAD, None, 99)
    return [f"{delivery.type}: {delivery.error}" for delivery in found]
