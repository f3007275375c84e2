"""Somebody sets the system's clock: nothing ends early, nothing hangs, people are told."""

import time

from callserver.clock import SystemClock
from callserver.media.slices import Slices
from callserver.rate import Rate

HOUR_S = 3600.0


class Machine:
    """Its clocks."""

    def __init__(self) -> None:
        self.wall_s = 1_900_000_000.0
        self.up_s = 500.0

    def passes(self, seconds: float) -> None:
        self.wall_s += seconds
        self.up_s += seconds

    def clock(self) -> SystemClock:
        return SystemClock(None, lambda: self.wall_s, lambda: self.up_s)


def test_it_tells_the_time() -> None:
    assert abs(SystemClock().now() - time.time()) < 0.1


def test_it_goes_on_steadily_whatever_the_system_s_clock_is_set_to() -> None:
    machine = Machine()
    clock = machine.clock()
    began = clock.now()
    assert began == machine.wall_s
    for set_by in (-HOUR_S, 5 * HOUR_S, -86400.0 * 365):
        machine.wall_s += set_by
        before = clock.now()
        machine.passes(10.0)
        assert clock.now() - before == 10.0
    assert machine.clock().now() == machine.wall_s, "the next one has the new time"


def test_people_are_told_when_it_was_set_and_not_when_it_was_corrected_a_little() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(1000.0)
    machine.wall_s += 1.0
    assert (clock.warnings(), round(clock.set_by(), 3)) == ({}, 1.0)
    machine.wall_s -= HOUR_S
    assert "was set by -3599 s" in clock.warnings()["clock"]


def test_a_worker_has_the_time_of_its_controller() -> None:
    machine = Machine()
    controller = machine.clock()
    machine.wall_s += HOUR_S
    worker = SystemClock(controller.ahead, lambda: machine.wall_s, lambda: machine.up_s)
    machine.passes(3.0)
    assert worker.now() == controller.now()


def test_ports_rest_and_buckets_fill_as_long_as_they_should() -> None:
    machine = Machine()
    clock = machine.clock()
    slices, rate = Slices(20000, 20015, 16, rest_s=30.0), Rate(1.0, 1)
    first = slices.take(clock.now())
    assert first == 20000
    slices.give_back(first, clock.now())
    assert rate.take("somebody", clock.now()) == 0
    machine.wall_s -= HOUR_S
    machine.passes(0.5)
    assert rate.take("somebody", clock.now()) == 0.5
    assert slices.take(clock.now()) is None
    machine.passes(29.6)
    assert slices.take(clock.now()) == 20000
    assert rate.take("somebody", clock.now()) == 0
