"""Three times the capacity, briefly."""

from pathlib import Path

import pytest

from callserver.bench.overload import overload


@pytest.mark.timeout(300)
async def test_calls_taken_are_unharmed_and_the_others_are_told_when_to_come_back(
    tmp_path: Path,
) -> None:
    report = await overload(tmp_path, 15.0)
    assert report.harmed == 0, report
    assert report.good, report
