"""The outbox, on a real file: written with the fact, once, for those who want it."""

from dataclasses import replace

import pytest

from callserver.model.contacts import Contact
from callserver.model.errors import StoreBehind
from callserver.model.facts import DigitPressed
from callserver.model.hooks import (
    Attempt,
    DeliveryState,
    EventType,
    HookEvent,
    HookKey,
    Progress,
    Replay,
    Subscription,
)
from callserver.model.store_ports import Mark
from callserver.store import SqlStore
from callserver.testing.hooks import MemoryHooks
from tests.store.samples import sample

ONE = Subscription("h1", "https://x", ("*",), (), "CRM", (HookKey("ab", "cd", 5.0),), 1.0)


def event(n: int, type_: EventType = EventType.CALL_ENDED) -> HookEvent:
    return HookEvent(f"msg_{n}", float(n), type_, f"call:{n % 3}", "support", f'{{"n":{n}}}')


async def test_events_are_written_with_the_facts_or_not_at_all(store: SqlStore) -> None:
    told = []
    store.on_told = lambda: told.append(1)
    await store.hooks.save_subscription(ONE)
    fact = DigitPressed("1", 1.0, "5")
    with pytest.raises(StoreBehind):
        await store.append([fact], {}, Mark("run", 7, 8), [event(1)])
    assert await store.hooks.pending("h1", 0, 9) == []
    for _ in range(2):
        await store.append([fact], {}, Mark("run", 0, 1), [event(1)])
    assert [one.id for one in await store.hooks.pending("h1", 0, 9)] == ["msg_1"]
    assert told == [1]


async def test_nothing_is_kept_while_nobody_is_told_anything(store: SqlStore) -> None:
    await store.append([], {}, None, [event(1)])
    await store.customers.save_contact(Contact("k1", 1.0, 1.0), "")
    await store.hooks.save_subscription(ONE)
    assert await store.hooks.replay("h1", Replay(since=0.0, dead_only=False), 5.0) == 0


async def test_each_gets_what_it_wants_in_the_order_it_happened(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.hooks.save_subscription(replace(ONE, id="h2", events=("call.missed",)))
    every = [event(n) for n in (3, 1, 2)] + [event(9, EventType.CALL_MISSED)]
    await store.append([], {}, None, every)
    first = await store.hooks.pending("h1", 0, 9)
    assert [one.id for one in first] == ["msg_3", "msg_1", "msg_2", "msg_9"]
    assert [one.id for one in await store.hooks.pending("h2", 0, 9)] == ["msg_9"]
    later = await store.hooks.pending("h1", first[1].number, 1)
    assert [one.id for one in later] == ["msg_2"]
    bodies = await store.hooks.bodies([one.id for one in first])
    assert [bodies[one.id] for one in first] == [one.body for one in every]


async def test_the_same_event_again_changes_nothing(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1), event(1), event(2)])
    (first, _) = await store.hooks.pending("h1", 0, 9)
    await _over(store, first.id, DeliveryState.DELIVERED)
    await store.append([], {}, None, [event(1), event(2), event(3)])
    assert [one.id for one in await store.hooks.pending("h1", 0, 9)] == ["msg_2", "msg_3"]


async def test_more_events_than_one_statement_takes(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(n) for n in range(1201)])
    assert len(await store.hooks.pending("h1", 0, 5000)) == 1201


async def _over(store: SqlStore, id_: str, state: DeliveryState, error: str = "") -> None:
    tried = Attempt(50.0, 0.5, 204, error)
    await store.hooks.progress([Progress("h1", id_, state, 1, 0.0, error, 50.5, tried)])


async def test_progress_stands_with_every_try(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1), event(2)])
    first, second = await store.hooks.pending("h1", 0, 9)
    late = Attempt(10.0, 15.0, 0, "no answer")
    waits = Progress("h1", first.id, DeliveryState.PENDING, 1, 99.0, "no answer", 25.0, late)
    await store.hooks.progress([waits])
    (again, _) = await store.hooks.pending("h1", 0, 9)
    assert (again.tries, again.next_at, again.since) == (1, 99.0, 1.0)
    await store.hooks.hasten("h1", 30.0)
    assert [one.next_at for one in await store.hooks.pending("h1", 0, 9)] == [30.0, 0.0]
    await _over(store, first.id, DeliveryState.DELIVERED)
    await _over(store, second.id, DeliveryState.DEAD, "answered 400")
    assert await store.hooks.attempts("h1", "msg_1") == [late, Attempt(50.0, 0.5, 204, "")]
    assert await store.hooks.backlog() == {"h1": (0, 1)}
    (dead,) = await store.hooks.deliveries("h1", DeliveryState.DEAD, None, 9)
    assert (dead.id, dead.error, dead.last_at) == ("msg_2", "answered 400", 50.5)
    newest = await store.hooks.deliveries("h1", None, None, 1)
    rest = await store.hooks.deliveries("h1", None, newest[0].number, 9)
    assert [one.id for one in (*newest, *rest)] == ["msg_2", "msg_1"]


@pytest.mark.parametrize(
    ("wanted", "again"),
    [
        (Replay(since=0.0), ["msg_2"]),
        (Replay(since=0.0, until=2.0), []),
        (Replay(since=0.0, dead_only=False), ["msg_1", "msg_2"]),
        (Replay(since=2.0, dead_only=False), ["msg_2"]),
        (Replay(id="msg_1"), ["msg_1"]),
        (Replay(id="msg_3"), []),
        (Replay(id="msg_9"), []),
    ],
)
async def test_what_is_over_can_be_told_again(
    store: SqlStore, wanted: Replay, again: list[str]
) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1), event(2), event(3)])
    first, second, _ = await store.hooks.pending("h1", 0, 9)
    await _over(store, first.id, DeliveryState.DELIVERED)
    await _over(store, second.id, DeliveryState.DEAD, "answered 400")
    assert await store.hooks.replay("h1", wanted, 77.0) == len(again)
    waiting = await store.hooks.pending("h1", 0, 9)
    assert [one.id for one in waiting] == [*again, "msg_3"]
    assert [(one.since, one.tries) for one in waiting[:-1]] == [(77.0, 0)] * len(again)


async def test_a_new_one_can_be_told_of_before_it_was_there(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1)])
    await store.hooks.save_subscription(replace(ONE, id="h2"))
    assert await store.hooks.replay("h2", Replay(since=0.0), 5.0) == 0
    assert await store.hooks.replay("h2", Replay(since=0.0, dead_only=False), 5.0) == 1


async def test_a_subscription_comes_back_as_it_was_and_is_held_without_touching_its_keys(
    store: SqlStore,
) -> None:
    full = sample(Subscription, full=True)
    await store.hooks.save_subscription(full)
    assert await store.hooks.subscriptions() == [full]
    await store.hooks.hold(full.id, paused_until=5.0)
    await store.hooks.hold(full.id, stopped="why")
    assert await store.hooks.subscriptions() == [replace(full, stopped="why", paused_until=5.0)]


async def test_who_is_removed_takes_all_along_and_late_news_of_it_disturb_nobody(
    store: SqlStore,
) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1)])
    (one,) = await store.hooks.pending("h1", 0, 9)
    assert await store.hooks.delete_subscription("h1") is True
    assert await store.hooks.delete_subscription("h1") is False
    await _over(store, one.id, DeliveryState.DELIVERED)
    await store.hooks.save_subscription(ONE)
    assert await store.hooks.pending("h1", 0, 9) == []
    assert await store.hooks.attempts("h1", "msg_1") == []


async def test_old_events_are_dropped_unless_somebody_waits_for_them(store: SqlStore) -> None:
    await store.hooks.save_subscription(ONE)
    await store.append([], {}, None, [event(1), event(2), event(80)])
    first, *_ = await store.hooks.pending("h1", 0, 9)
    await _over(store, first.id, DeliveryState.DELIVERED)
    assert await store.hooks.forget(60.0) == 1
    assert [one.id for one in await store.hooks.pending("h1", 0, 9)] == ["msg_2", "msg_80"]
    assert await store.hooks.attempts("h1", "msg_1") == []


async def test_the_one_in_memory_does_the_same(store: SqlStore) -> None:
    """The fake of the tests is the store that the server has, as far as they look."""
    memory = MemoryHooks()
    told = [event(1), event(2), event(3)]
    for one in (memory, store.hooks):
        await one.save_subscription(ONE)
    memory.tell(*told)
    await store.append([], {}, None, told)
    seen = []
    for one in (memory, store.hooks):
        every = await one.pending("h1", 0, 9)
        tried = Attempt(50.0, 0.5, 400, "no")
        dead = Progress("h1", every[0].id, DeliveryState.DEAD, 1, 0.0, "no", 50.5, tried)
        await one.progress([dead])
        counts = [
            await one.replay("h1", Replay(since=5.0), 9.0),
            await one.replay("h1", Replay(since=0.0), 9.0),
            await one.replay("h1", Replay(id="msg_2"), 9.0),
        ]
        await one.hold("h1", stopped="x")
        seen.append(
            (
                *(every, counts, await one.backlog(), await one.subscriptions()),
                *(await one.attempts("h1", "msg_1"), await one.pending("h1", 0, 9)),
                [each.id for each in await one.deliveries("h1", None, None, 9)],
                await one.delete_subscription("h1"),
            )
        )
    assert seen[0] == seen[1]
