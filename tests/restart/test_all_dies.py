"""The controller dies, and the worker of a call with it: nobody is left in a ghost call."""

import os
import signal
from pathlib import Path

from tests.scenarios.house import open_house


async def test_customer_and_agent_are_hung_up_by_the_next_controller(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"server": {"spare_workers": 0}}) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        (worker,) = house.rig.workers()
        await house.rig.kill()
        os.kill(worker.pid, signal.SIGKILL)
        await house.rig.run()
        assert await customer.ended() == 200
        assert await agent.ended() == 200
        record = await house.record()
        assert record["reason"] == "worker_lost"
        await house.is_quiet()
