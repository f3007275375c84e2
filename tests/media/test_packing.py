"""What a worker holds of its own, and what it shares with the forker."""

from callserver.bench.accounting import own_bytes, private_bytes
from tests.media.rig import Rig

# 3.2 MB here; 3.7 MB without what the forker does for it.
MOST_BYTES = 3_450_000


async def test_worker_shares_most_of_the_forkers_memory(rig: Rig) -> None:
    calls = [await rig.take() for _ in range(3)]
    for call in calls:
        pid: int = call.worker.pid  # type: ignore[attr-defined]
        assert private_bytes(pid) < MOST_BYTES
        assert private_bytes(pid) < own_bytes(pid) / 3
