"""The promises of the switchboard, walked through at random: 200,000 steps in every test run, every
500 of them in another call centre (which promises: ``watcher``; what may happen: ``world``)."""

from random import Random

import pytest

from tests.acd.world import World

WALKS = 8
WORLDS = 50
STEPS = 500


@pytest.mark.parametrize("walk", range(WALKS))
def test_every_promise_holds_whatever_happens(walk: int) -> None:
    steps = offers = 0
    for number in range(WORLDS):
        chance = Random(1000 * walk + number)  # noqa: S311 - repeatable, no secret
        world = World(chance.randrange)
        for _ in range(STEPS):
            world.step()
            steps += 1
        offers += world.watcher.offers
        world.everybody_is_served()
    assert steps == 25_000
    assert offers > 1500


def test_all_walks_together_are_as_many_steps_as_promised() -> None:
    assert WALKS * WORLDS * STEPS >= 200_000
