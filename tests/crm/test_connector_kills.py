"""The controller is killed while it tells a CRM of calls that has no key of ours."""

from pathlib import Path

from callserver.bench.connectors import tell
from callserver.testing.crms import FakeOdoo


async def test_forty_calls_are_in_the_crm_once_though_the_controller_dies(
    tmp_path: Path,
) -> None:
    lives: list[str] = []
    report = await tell(tmp_path, FakeOdoo, 40, 4, 7, lives.append)
    assert report.good, report
    assert len(lives) == report.kills == 4
    assert report.downs == 1
