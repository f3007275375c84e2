"""What a soak finds fault with when all calls are over."""

from dataclasses import replace

from callserver.bench.growth import Growth, Sample
from callserver.bench.soak import IDLE_PROCESSES, Report

BUSY = Sample(90.0, 16.0, 65, 10, 86, 38)
STEADY = Sample(0.0, 0.0, 0, 0, 0, 0)
REST = Sample(90.0, 16.0, 36, 10, 0, IDLE_PROCESSES)
GOOD = Report(2.0, 1200, 0, Growth(BUSY, BUSY, STEADY, 400), REST)


def test_a_server_that_rests_with_its_spares_is_without_fault() -> None:
    assert GOOD.faults == []


def test_workers_and_ports_nobody_needs_any_more_are_faults() -> None:
    left = replace(GOOD, rest=replace(REST, processes=IDLE_PROCESSES + 10, ports=2))
    assert left.faults == ["ports at rest: 2", "processes at rest: 17"]


def test_calls_that_failed_are_a_fault() -> None:
    assert replace(GOOD, failed=3).faults == ["3 of 1200 calls failed"]
