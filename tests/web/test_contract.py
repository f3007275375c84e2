"""The server does what its document says: no server error, no answer that is not told of."""

from collections.abc import Awaitable, Callable

from tests.web.contract import ROOM, judge
from tests.web.world import GENEROUS, World


async def test_nothing_it_answers_is_against_its_document(
    strict: Callable[..., Awaitable[World]],
) -> None:
    world = await strict(**{**GENEROUS, **ROOM})
    status, told = await judge(world, examples=3, seed=1)
    assert status == 0, told
    assert "fuzzing" in told.lower()
