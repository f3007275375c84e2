"""Broken promises are told of when they are, not by looking again and again."""

import asyncio
import time

from callserver.clock import SystemClock
from callserver.crm.alarm import Alarm
from callserver.crm.customers import Customers
from callserver.crm.promises import Promises
from callserver.model.errors import StoreError
from callserver.model.hooks import Subscription
from callserver.model.interactions import Task
from callserver.store import SqlStore


async def test_who_subscribes_is_told_once_when_a_task_is_overdue(database_url: str) -> None:
    store = SqlStore(database_url)
    await store.open()
    await store.hooks.save_subscription(
        Subscription("h1", "https://x", ("promise.broken",), ("sales",), "", (), 1.0)
    )
    told = asyncio.Event()
    store.on_told = told.set
    customers = Customers(store.customers, store.histories, Promises({}, {}), SystemClock())
    runs = asyncio.create_task(customers.alarm.run())
    now = time.time()
    for n, due in enumerate((now + 3000, now + 0.2)):
        await customers.save_task(Task(f"t{n}", now, now, "me", "Call", due_at=due))
    async with asyncio.timeout(20):
        await told.wait()
    assert time.time() >= now + 0.2, "not before it is due"
    runs.cancel()
    await store.histories.breach(now + 2000)
    (event,) = await store.hooks.pending("h1", 0, 9)
    assert '"of":"t1","what":"due"' in (await store.hooks.bodies([event.id]))[event.id]
    await store.close()


async def test_a_database_that_is_away_ends_nothing() -> None:
    asked = asyncio.Event()

    class Away:
        async def breach(self, now: float) -> None:
            asked.set()
            raise StoreError("away")

    alarm = Alarm(Away(), SystemClock())  # type: ignore[arg-type]
    runs = asyncio.create_task(alarm.run())
    for _ in range(3):
        async with asyncio.timeout(10):
            await asked.wait()
        asked.clear()
        alarm.changed()
    assert not runs.done()
    runs.cancel()
