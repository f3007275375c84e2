import asyncio
import time

import pytest

from callserver.testing.clock import EPOCH, LoopClock, VirtualClock, in_virtual_time


def test_a_virtual_clock_stands_until_it_is_moved() -> None:
    clock = VirtualClock(100.0)
    assert clock.now() == 100.0
    assert clock.advance(2.5) == clock.now() == 102.5
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_an_hour_of_waiting_takes_no_time() -> None:
    heard: list[tuple[float, str]] = []

    @in_virtual_time
    async def story() -> None:
        clock = LoopClock()

        async def speak(after_s: float, word: str) -> None:
            await asyncio.sleep(after_s)
            heard.append((clock.now() - EPOCH, word))

        asyncio.get_running_loop().call_later(10, heard.append, (10.0, "timer"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.gather(speak(20, "second"), speak(5, "first"), asyncio.Event().wait())
        heard.append((clock.now() - EPOCH, "end"))

    began = time.monotonic()
    story()
    assert time.monotonic() - began < 5, "the shortest of the waits is 5"
    assert [word for _, word in heard] == ["first", "timer", "second", "end"]
    assert [round(at) for at, _ in heard] == [5, 10, 20, 3600]


@in_virtual_time
async def test_what_two_tasks_say_to_each_other_takes_no_virtual_time() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    clock = LoopClock()
    began = clock.now()
    speaking = asyncio.create_task(queue.put(1))
    assert await queue.get() == 1
    await speaking
    assert clock.now() == began
