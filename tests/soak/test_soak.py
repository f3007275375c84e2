"""The short soak of every test run."""

from pathlib import Path

import pytest

from callserver.bench.soak import soak


@pytest.mark.timeout(300)
async def test_two_minutes_of_calls_leave_no_growth(tmp_path: Path) -> None:
    report = await soak(tmp_path, 2.0, lambda _: None)
    assert report.failed == 0
    assert report.grew == []
    assert report.rest.controller_files <= report.before.controller_files
    assert report.rest.processes <= report.before.processes
