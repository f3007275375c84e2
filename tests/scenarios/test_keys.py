"""Keys through the whole server, in every manner keypads know."""

from pathlib import Path

from callserver.bench.digits import BARGE_IN_MS, digits
from callserver.testing.presser import Manner


async def test_no_key_is_lost_or_doubled_and_the_first_silences_the_prompt(tmp_path: Path) -> None:
    report = await digits(tmp_path, 5 * len(Manner))
    assert report.wrong == {}
    assert report.keys > 5 * report.calls
    assert report.silent_ms.count == report.calls
    assert report.silent_ms.p50 <= BARGE_IN_MS
