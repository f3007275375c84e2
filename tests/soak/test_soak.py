"""The short soak of every test run."""

from pathlib import Path

import pytest

from callserver.bench.soak import soak

MINUTES = 2.0
RATE = 4.0  # of the machine's two cores the other tests want one


@pytest.mark.timeout(600)
async def test_two_minutes_of_calls_leave_nothing(tmp_path: Path) -> None:
    report = await soak(tmp_path / "1", MINUTES, lambda _: None, RATE)
    if report.faults:
        # A machine that is busy with other tests has calls pile up for a moment, which leaves a
        # step in the memory. What leaks does it every time.
        report = await soak(tmp_path / "2", MINUTES, lambda _: None, RATE)
    assert report.faults == [], report
