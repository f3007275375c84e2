"""Events on real HTTP, through every manner in which a destination fails."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from callserver.crm.manners import OPENS_AFTER
from callserver.model.contacts import Contact
from callserver.model.errors import NotAllowed
from callserver.model.hooks import DeliveryState, Replay
from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver
from callserver.testing.rig import eventually
from callserver.testing.story import STORY, a_call
from tests.crm.house import all_over, holds, office

NOW = time.time()


async def test_a_call_is_told_complete_in_order_and_signed(
    tmp_path: Path, database_url: str
) -> None:
    async with Receiver.start() as receiver, office(tmp_path, url=database_url) as one:
        hook, secret = await one.hooks.add(receiver.url, ["*"], [], "CRM")
        receiver.secrets = [secret]
        await one.happens(*a_call("c1", NOW))
        await receiver.until("all are here", lambda: len(receiver.held) == len(STORY))
        assert receiver.stories() == {"call:c1": STORY}
        assert receiver.refused == []
        last = list(receiver.held.values())[-1]["data"]
        assert last["call"]["result"] == "answered" and last["call"]["agent"] == "alice"
        assert last["recording"]["id"] == "rc1"
        first = next(iter(receiver.held.values()))
        assert first["data"]["call"]["ended_at"] is None, "as it was at that moment"
        await all_over(one, hook.id)
        (tried,) = await one.hooks.attempts(hook.id, receiver.arrivals[0].id)
        assert (tried.status, tried.error) == (204, "")
        assert one.sent(hook.id, "delivered") == 5


MANNERS = [
    *(Manner.SLOW, Manner.LOST, Manner.SILENT, Manner.TWICE, Manner.ERROR, Manner.BUSY),
    *(Manner.RESET, Manner.REDIRECT, Manner.REFUSES),
]


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
async def test_whatever_they_do_every_event_is_held_once_and_in_order(
    tmp_path: Path, database_url: str, manner: Manner
) -> None:
    timeout_s = 0.5 if manner is Manner.SILENT else 15.0
    async with (
        Receiver.start(lambda n: manner if n % 3 == 1 else Manner.TAKES) as receiver,
        office(tmp_path, url=database_url, timeout_s=timeout_s) as one,
    ):
        receiver.retry_after = "0"
        hook, secret = await one.hooks.add(receiver.url, ["call.*", "recording.ready"], [], "")
        receiver.secrets = [secret]
        for n in range(4):
            await one.happens(*a_call(f"c{n}", NOW + n))
        await receiver.until("all are here", lambda: len(receiver.held) == 4 * len(STORY))
        assert receiver.stories() == {f"call:c{n}": STORY for n in range(4)}
        await all_over(one, hook.id)
        again = len(receiver.arrivals) - len(receiver.held)
        accepts = manner in (Manner.LOST, Manner.SILENT, Manner.TWICE)
        assert (again > 0) is accepts, "sent again under its id, when nobody could know"


async def test_one_that_is_down_is_left_alone_and_gets_all_when_it_is_back(
    tmp_path: Path,
) -> None:
    rest: dict[str, Any] = {"first_rest_s": 0.5, "longest_rest_s": 0.5}
    async with Receiver.start() as receiver, office(tmp_path, **rest) as one:
        hook, secret = await one.hooks.add(receiver.url, ["call.ended"], [], "")
        receiver.secrets = [secret]
        await receiver.down()
        for n in range(20):
            await one.happens(*a_call(f"c{n}", NOW + n))

        async def failed() -> float:
            return one.sent(hook.id, "failed")

        tries = await eventually(failed, lambda count: count >= OPENS_AFTER + 1)
        assert tries < 20, "those behind are not tried"
        assert "cannot be reached" in one.deliverer.warnings()[f"webhook_{hook.id}"]
        await receiver.up()
        await receiver.until("all are here", lambda: len(receiver.held) == 20)
        await all_over(one, hook.id)
        assert one.deliverer.warnings() == {}


async def test_a_pause_they_ask_for_is_kept_by_all_events_and_outlives_a_restart(
    tmp_path: Path,
) -> None:
    async with Receiver.start(lambda n: Manner.BUSY) as receiver:
        receiver.retry_after = "3600"
        async with office(tmp_path) as one:
            hook, secret = await one.hooks.add(receiver.url, ["call.ended"], [], "")
            receiver.secrets = [secret]
            await one.happens(*a_call("c0", NOW))

            async def paused() -> float:
                return (await one.hooks.one(hook.id)).paused_until - one.clock.now()

            assert await eventually(paused, lambda left: left > 0) > 3500
            assert receiver.requests == 1
            await one.happens(*a_call("c1", NOW))
        async with office(tmp_path) as one:
            await one.happens(*a_call("c2", NOW))
            await one.hooks.test(hook.id)  # does not wait, and comes after all that could
            assert receiver.requests == 2


async def test_a_late_one_does_not_hold_up_other_calls_nor_other_destinations(
    tmp_path: Path,
) -> None:
    async with (
        Receiver.start(lambda n: Manner.SILENT if n == 1 else Manner.TAKES) as slow,
        Receiver.start() as quick,
        office(tmp_path, timeout_s=60.0) as one,
    ):
        for receiver in (slow, quick):
            _, secret = await one.hooks.add(receiver.url, ["call.ended"], [], "")
            receiver.secrets = [secret]
        for n in range(10):
            await one.happens(*a_call(f"c{n}", NOW + n))
        await quick.until("all", lambda: len(quick.held) == 10)
        await slow.until("all", lambda: len(slow.held) == 10)


async def test_never_more_at_once_than_allowed(tmp_path: Path) -> None:
    async with (
        Receiver.start(lambda n: Manner.SLOW) as receiver,
        office(tmp_path, at_once=3) as one,
    ):
        _, secret = await one.hooks.add(receiver.url, ["call.ended"], [], "")
        receiver.secrets = [secret]
        for n in range(9):
            await one.happens(*a_call(f"c{n}", NOW + n))
        await receiver.until("all", lambda: len(receiver.held) == 9)
        assert receiver.most_at_once == 3


async def test_the_rate_is_kept(tmp_path: Path) -> None:
    async with Receiver.start() as receiver, office(tmp_path, per_s=10.0) as one:
        _, secret = await one.hooks.add(receiver.url, ["call.*"], [], "")
        receiver.secrets = [secret]
        for n in range(4):
            await one.happens(*a_call(f"c{n}", NOW + n))
        await receiver.until("all", lambda: len(receiver.held) == 16)
        took_s = receiver.arrivals[-1].at - receiver.arrivals[0].at
        assert took_s > 0.5, "10 at once, then 10 a second"


async def test_410_stops_it_and_nothing_is_lost_until_somebody_starts_it(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        Receiver.start(lambda n: Manner.GONE if n == 1 else Manner.TAKES) as receiver,
        office(tmp_path, url=database_url, at_once=1) as one,
    ):
        hook, secret = await one.hooks.add(receiver.url, ["call.ended"], [], "")
        receiver.secrets = [secret]
        await one.happens(*a_call("c0", NOW))

        async def stopped() -> str:
            return (await one.hooks.one(hook.id)).stopped

        await eventually(stopped, lambda why: "410" in why)
        await one.happens(*a_call("c1", NOW))
        (dead,) = await one.hooks.deliveries(hook.id, DeliveryState.DEAD, None, 9)
        assert "410" in dead.error
        assert await one.hooks.replay(hook.id, Replay(id=dead.id)) == 1
        assert receiver.requests == 1
        await one.hooks.change(hook.id, receiver.url, ["*"], [], "", stopped=False)
        await receiver.until("both", lambda: len(receiver.held) == 2)


async def test_what_is_given_up_is_dead_with_its_reason_and_can_be_told_again(
    tmp_path: Path, database_url: str
) -> None:
    bad = True
    async with (
        Receiver.start(lambda n: Manner.REFUSES if bad else Manner.TAKES) as receiver,
        office(tmp_path, url=database_url, give_up_after_s=0.3) as one,
    ):
        hook, secret = await one.hooks.add(receiver.url, ["call.*"], [], "")
        receiver.secrets = [secret]
        told = await one.happens(*a_call("c0", NOW - 1000))

        async def dead() -> int:
            return (await one.hooks.backlog()).get(hook.id, (0, 0))[1]

        await eventually(dead, lambda count: count == 4)
        found = await one.hooks.deliveries(hook.id, DeliveryState.DEAD, None, 9)
        assert {one.error for one in found} == {"answered 400"}
        bad = False
        assert await one.hooks.replay(hook.id, Replay(since=0.0)) == 4
        await receiver.until("all", lambda: len(receiver.held) == 4)
        assert receiver.stories() == {"call:c0": STORY[:4]}
        await all_over(one, hook.id)
        assert await one.hooks.replay(hook.id, Replay(since=0.0)) == 0
        assert await one.hooks.replay(hook.id, Replay(since=0.0, dead_only=False)) == 5
        assert len(told) == 5


def contact(n: int) -> Contact:
    return Contact("k1", NOW, NOW + n, fields={"n": n})


async def test_a_rotated_secret_signs_and_so_does_the_old_one_until_its_time_is_over(
    tmp_path: Path,
) -> None:
    async with Receiver.start() as receiver, office(tmp_path) as one:
        hook, old = await one.hooks.add(receiver.url, ["contact.*"], [], "")
        _, new = await one.hooks.rotate(hook.id)
        for n, known in enumerate((old, new), 1):
            receiver.secrets = [known]
            await one.store.customers.save_contact(contact(n), "")
            await receiver.until("it is here", partial(holds, receiver, n))
        await one.hooks.rotate(hook.id, keep_s=0.0)
        receiver.secrets = [old, new]
        assert (await one.hooks.test(hook.id)).status == 401
        assert receiver.refused == ["no signature fits"]


async def test_contacts_are_told_of_in_order(tmp_path: Path, database_url: str) -> None:
    async with Receiver.start() as receiver, office(tmp_path, url=database_url) as one:
        _, secret = await one.hooks.add(receiver.url, ["contact.*"], ["sales"], "")
        receiver.secrets = [secret]
        for n in range(5):
            await one.store.customers.save_contact(contact(n), "")
        await one.store.customers.delete_contact("k1")
        await one.store.customers.delete_contact("k1")
        await receiver.until("all", lambda: len(receiver.held) == 6)
        told = [
            body["data"]["contact"].get("fields", {}).get("n") for body in receiver.held.values()
        ]
        assert told == [0, 1, 2, 3, 4, None]


async def test_only_what_was_asked_for_is_told(tmp_path: Path) -> None:
    async with Receiver.start() as receiver, office(tmp_path) as one:
        _, secret = await one.hooks.add(receiver.url, ["call.ended"], ["sales"], "")
        receiver.secrets = [secret]
        await one.happens(*a_call("c1", NOW, "support"))
        await one.happens(*a_call("c2", NOW, "sales"))
        await receiver.until("one", lambda: receiver.held)
        assert receiver.stories() == {"call:c2": ["call.ended"]}


async def test_a_lost_key_file_stops_what_it_signed_with_the_cure(tmp_path: Path) -> None:
    async with Receiver.start() as receiver:
        async with office(tmp_path) as one:
            hook, _ = await one.hooks.add(receiver.url, ["call.ended"], [], "")
        (tmp_path / "webhooks.key").unlink()
        async with office(tmp_path) as one:
            await one.happens(*a_call("c0", NOW))

            async def trouble() -> str:
                return one.deliverer.warnings().get(f"webhook_{hook.id}", "")

            assert "webhook rotate" in await eventually(trouble, bool)
            assert receiver.requests == 0
            _, secret = await one.hooks.rotate(hook.id)
            receiver.secrets = [secret]
            await receiver.until("it is here", lambda: receiver.held)


async def test_a_restart_goes_on_where_the_last_one_was(tmp_path: Path, database_url: str) -> None:
    async with Receiver.start() as receiver:
        async with office(tmp_path, url=database_url) as one:
            hook, secret = await one.hooks.add(receiver.url, ["*"], [], "")
            receiver.secrets = [secret]
            await one.happens(*a_call("c0", NOW))
            await all_over(one, hook.id)
            await receiver.down()
            await one.happens(*a_call("c1", NOW))
        await receiver.up()
        async with office(tmp_path, url=database_url):
            await receiver.until("all", lambda: len(receiver.held) == 10)
        assert receiver.stories() == {"call:c0": STORY, "call:c1": STORY}
        assert len(receiver.arrivals) == 10


async def test_a_removed_one_is_told_nothing_more(tmp_path: Path, database_url: str) -> None:
    async with Receiver.start() as receiver, office(tmp_path, url=database_url) as one:
        hook, _ = await one.hooks.add(receiver.url, ["*"], [], "")
        await one.hooks.remove(hook.id)
        await one.happens(*a_call("c0", NOW))
        assert await one.store.hooks.pending(hook.id, 0, 9) == []
        assert receiver.requests == 0


async def test_the_same_fact_twice_is_one_event(tmp_path: Path, database_url: str) -> None:
    async with Receiver.start() as receiver, office(tmp_path, url=database_url) as one:
        hook, secret = await one.hooks.add(receiver.url, ["*"], [], "")
        receiver.secrets = [secret]
        first = await one.happens(*a_call("c0", NOW))
        again = await one.happens(*a_call("c0", NOW))
        assert [event.id for event in first] == [event.id for event in again]
        await receiver.until("all", lambda: len(receiver.held) == 5)
        await all_over(one, hook.id)
        assert len(receiver.arrivals) == 5


async def test_addresses_inside_are_refused_unless_they_are_allowed(tmp_path: Path) -> None:
    async with Receiver.start() as receiver, office(tmp_path, private=()) as one:
        for url in (receiver.url, receiver.url.replace("http", "https"), "https://[::1]/"):
            with pytest.raises(NotAllowed, match="url"):
                await one.hooks.add(url, ["*"], [], "")
