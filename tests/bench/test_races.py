"""Two who answer at the same moment; `callserver bench races` does it 200 times."""

from pathlib import Path

from callserver.bench.races import race

ROUNDS = 24


async def test_every_race_has_one_winner_and_leaves_nobody_ringing_or_connected(
    tmp_path: Path,
) -> None:
    report = await race(tmp_path / "server", ROUNDS)
    assert report.failures == []
    assert report.races == ROUNDS
    assert report.crossed > 0, "no race was close enough to try the worker"
