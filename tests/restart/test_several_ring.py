"""Several agents ring for a caller when the controller dies: the worker knows who takes it."""

from pathlib import Path
from typing import Any

from tests.restart.test_controller_dies import die_and_return
from tests.scenarios.house import AGENT_HZ, House, open_house

RING_ALL: dict[str, Any] = {
    "queues": {"support": {"strategy": "ring_all", "announce_position_s": 0}},
    "agents": {"ring_timeout_s": 60.0},
}


async def all_ring(house: House) -> tuple[Any, dict[str, Any]]:
    phones = {name: await house.agent(name) for name in ("anna", "bela", "cora")}
    customer = await house.waiting_customer()
    ringing = {name: await phone.incoming() for name, phone in phones.items()}
    for call in ringing.values():
        await call.ring()
    for name in phones:
        await house.agent_is(name, "ringing")
    return customer, ringing


async def test_they_all_ring_on_and_one_of_them_has_the_call(tmp_path: Path) -> None:
    async with open_house(tmp_path, RING_ALL) as house:
        customer, ringing = await all_ring(house)
        await die_and_return(house, after_s=0.2)
        for name in ringing:
            await house.agent_is(name, "ringing")
        assert {call.state for call in ringing.values()} == {"ringing"}
        await ringing["bela"].answer()
        await ringing["bela"].tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        assert [await ringing[name].ended() for name in ("anna", "cora")] == [487, 487]
        await house.agent_is("anna", "ready")
        await customer.hang_up()
        assert (await house.record())["agent"] == "bela"
        await house.is_quiet()


async def test_one_declines_while_nobody_conducts(tmp_path: Path) -> None:
    async with open_house(tmp_path, RING_ALL) as house:
        customer, ringing = await all_ring(house)
        await house.rig.kill()
        await ringing["anna"].reject(603)
        await house.rig.run()
        await house.agent_is("anna", "paused", "declined")
        for name in ("bela", "cora"):
            await house.agent_is(name, "ringing")
        await ringing["cora"].answer()
        await ringing["cora"].tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        record = await house.record()
        assert (record["agent"], record["missed_by"]) == ("cora", ["anna"])
        await house.is_quiet()


async def test_one_answers_while_nobody_conducts(tmp_path: Path) -> None:
    """It says so until it is heard, when the front door is there again."""
    async with open_house(tmp_path, RING_ALL) as house:
        customer, ringing = await all_ring(house)
        await house.rig.kill()
        await ringing["cora"].pick_up()
        await house.rig.run()
        assert [await ringing[name].ended() for name in ("anna", "bela")] == [487, 487]
        await ringing["cora"].answered()
        await ringing["cora"].tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await house.agent_is("cora", "talking")
        for name in ("anna", "bela"):
            await house.agent_is(name, "ready")
        await customer.hang_up()
        record = await house.record()
        assert (record["agent"], record["missed_by"]) == ("cora", [])
        await house.is_quiet()
