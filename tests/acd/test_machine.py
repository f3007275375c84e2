"""The same promises as in ``test_walk``, with hypothesis: fewer steps, but what fails is shrunk to
the shortest story."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.acd.world import World


class Floor(RuleBasedStateMachine):
    """Whatever is drawn happens."""

    world: World

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.world = World(lambda n: data.draw(st.integers(0, n - 1)))

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        self.world.pick = lambda n: data.draw(st.integers(0, n - 1))
        self.world.step()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.everybody_is_served()


Floor.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestFloor = Floor.TestCase
