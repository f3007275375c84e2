"""What goes wrong on our own side, and what people mend, costs nobody an event."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callserver.crm import clerk, destination
from callserver.model.errors import StoreError
from callserver.model.hooks import DeliveryState, EventType, HookEvent, Replay
from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver
from callserver.testing.rig import eventually
from callserver.testing.story import STORY, a_call
from tests.crm.house import all_over, holds, office
from tests.store.test_replaced import delete

NOW = time.time()


async def test_a_database_that_is_deleted_loses_no_webhook_and_mixes_up_no_event(
    tmp_path: Path,
) -> None:
    async with (
        Receiver.start(lambda n: Manner.SLOW) as receiver,
        office(tmp_path, at_once=1) as one,
    ):
        hook, secret = await one.hooks.add(receiver.url, ["*"], [], "")
        receiver.secrets = [secret]
        await one.happens(*a_call("c0", NOW), *a_call("c1", NOW))
        await receiver.until("some are here", lambda: len(receiver.held) >= 3)
        delete(tmp_path)
        await one.happens(*a_call("c2", NOW))
        await receiver.until("it is told", lambda: "call:c2" in receiver.stories())
        await all_over(one, hook.id)
        assert receiver.stories()["call:c2"] == STORY
        assert [known.id for known in await one.hooks.all()] == [hook.id]
        assert all(receiver.held[one.id] == one.body for one in receiver.arrivals)


async def test_while_the_database_is_away_nothing_is_lost_and_it_goes_on_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver.start() as receiver, office(tmp_path) as one:
        hook, secret = await one.hooks.add(receiver.url, ["*"], [], "")
        receiver.secrets = [secret]
        asked = Counter[str]()
        for name in ("pending", "bodies", "progress"):
            real = getattr(one.store.hooks, name)

            async def every_other(*given: Any, real: Any = real, name: str = name) -> Any:
                asked[name] += 1
                if asked[name] % 2:
                    raise StoreError("away")
                return await real(*given)

            monkeypatch.setattr(one.store.hooks, name, every_other)
        monkeypatch.setattr(clerk, "AGAIN_S", 0.01)
        monkeypatch.setattr(destination, "AGAIN_S", 0.01)
        await one.happens(*a_call("c0", NOW))
        await receiver.until("all", lambda: len(receiver.held) == 5)
        await all_over(one, hook.id)
        assert receiver.stories() == {"call:c0": STORY}


async def test_a_corrected_address_is_tried_at_once(tmp_path: Path) -> None:
    slow: dict[str, Any] = {"first_pause_s": 600.0, "longest_pause_s": 600.0}
    async with (
        Receiver.start(lambda n: Manner.BUSY) as wrong,
        Receiver.start() as right,
        office(tmp_path, first_rest_s=600.0, longest_rest_s=600.0, **slow) as one,
    ):
        wrong.retry_after = "3600"
        hook, secret = await one.hooks.add(wrong.url, ["call.ended"], [], "")
        right.secrets = [secret]
        await one.happens(*a_call("c0", NOW))

        async def paused() -> float:
            return (await one.hooks.one(hook.id)).paused_until

        await eventually(paused, bool)
        await one.hooks.change(hook.id, right.url, ["*"], [], "", stopped=False)
        await right.until("it is here", lambda: right.held)


async def test_what_is_too_large_is_dead_at_once_and_holds_up_nobody(tmp_path: Path) -> None:
    async with Receiver.start() as receiver, office(tmp_path) as one:
        hook, secret = await one.hooks.add(receiver.url, ["*"], [], "")
        receiver.secrets = [secret]
        body = json.dumps({"type": "x", "data": "x" * destination.MAX_BODY})
        huge = HookEvent("msg_huge", NOW, EventType.CALL_OFFERED, "call:c0", None, body)
        await one.store.append([], {}, None, [huge])
        await one.happens(*a_call("c0", NOW))
        await receiver.until("the rest is here", lambda: holds(receiver, 5))
        await all_over(one, hook.id)
        (dead,) = await one.hooks.deliveries(hook.id, DeliveryState.DEAD, None, 9)
        assert (dead.id, dead.tries) == ("msg_huge", 0)
        assert "more than" in dead.error


async def test_one_that_is_changed_disturbs_no_other(tmp_path: Path) -> None:
    async with (
        Receiver.start(lambda n: Manner.ERROR) as down,
        Receiver.start() as other,
        office(tmp_path, first_rest_s=600.0, longest_rest_s=600.0) as one,
    ):
        await one.hooks.add(down.url, ["call.ended"], [], "")
        hook, secret = await one.hooks.add(other.url, ["call.ended"], [], "")
        other.secrets = [secret]
        for n in range(9):
            await one.happens(*a_call(f"c{n}", NOW + n))

        async def left_alone() -> bool:
            return bool(one.deliverer.warnings())

        await eventually(left_alone, bool)
        tries = down.requests
        await one.hooks.replay(hook.id, Replay(since=0.0, dead_only=False))
        await one.happens(*a_call("c9", NOW))
        await other.until("it goes on", lambda: "call:c9" in other.stories())
        assert down.requests == tries
