"""The controller is killed while it tells of calls, and the destination fails in every manner."""

from pathlib import Path

from callserver.bench.hooks import tell


async def test_two_hundred_calls_are_told_once_and_in_order_though_the_controller_dies(
    tmp_path: Path,
) -> None:
    lives: list[str] = []
    report = await tell(tmp_path, 200, 4, 7, lives.append)
    assert report.good, report
    assert len(lives) == report.kills == 4
    assert report.again > 0, "answers were lost, so some came again under their id"
