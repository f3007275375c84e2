"""A day in virtual time: the range of the estimated wait holds as often as it promises."""

import pytest

from callserver.bench.day import Day, quality


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_estimated_wait_covers_the_real_one_in_four_of_five_cases(seed: int) -> None:
    day = Day(5000, seed)
    day.run()
    rows = {row.queue: row for row in quality(day)}
    everything = rows["all"]
    assert everything.calls == 5000
    assert everything.made > 1500
    assert everything.coverage == pytest.approx(0.8, abs=0.05)
    for row in rows.values():
        assert row.coverage == pytest.approx(0.8, abs=0.05)
        assert abs(row.bias_s) < 10
    assert sum(row.answered for row in rows.values()) == 2 * everything.answered


def test_the_same_day_comes_again() -> None:
    first, second = Day(1000, 7), Day(1000, 7)
    first.run()
    second.run()
    assert quality(first) == quality(second)
    assert first.callers == second.callers
