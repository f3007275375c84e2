import asyncio

import pytest

from callserver.testing.watch import Watch


async def test_waiters_look_again_at_every_change() -> None:
    watch, seen = Watch(), [0]
    waiting = asyncio.create_task(watch.until("two", lambda: seen[0] == 2, 5))
    for _ in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        seen[0] += 1
        watch.changed()
    await waiting


async def test_what_is_true_already_is_not_waited_for() -> None:
    watch = Watch()
    watch.fail(RuntimeError("too late to matter"))
    await watch.until("truth", lambda: True, 0)


async def test_the_deadline_names_what_did_not_happen() -> None:
    with pytest.raises(TimeoutError, match=r"rain: not within 0\.01 s"):
        await Watch().until("rain", lambda: False, 0.01)


async def test_a_failure_reaches_all_waiters_now_and_later() -> None:
    watch = Watch()
    waiting = [asyncio.create_task(watch.until("never", lambda: False, 5)) for _ in range(3)]
    await asyncio.sleep(0)
    watch.fail(RuntimeError("broken"))
    assert all(
        isinstance(one, RuntimeError)
        for one in await asyncio.gather(*waiting, return_exceptions=True)
    )
    with pytest.raises(RuntimeError, match="broken"):
        await watch.until("never", lambda: False, 5)
