"""The server does what its document says: no server error, no answer that is not told of."""

from collections.abc import Awaitable, Callable

import pytest

from tests.web.contract import ROOM, judge, rooms
from tests.web.world import GENEROUS, World

PARTS = 4
"""So that they run beside each other."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
async def test_nothing_it_answers_is_against_its_document(
    strict: Callable[..., Awaitable[World]], part: int
) -> None:
    world = await strict(**{**GENEROUS, **ROOM})
    status, told = await judge(world, examples=0, seed=1, tags=rooms(world, part, PARTS))
    assert status == 0, told
    assert "coverage" in told.lower()
