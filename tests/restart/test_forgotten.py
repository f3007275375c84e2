"""The controller dies before a call is on disk: the next one does not know it, and nobody is left
in it. Here all that was written of it is taken away, which is worse."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.restart.test_controller_dies import PATIENT, phones_are_kept
from tests.scenarios.house import AGENT_HZ, House, open_house


async def die_and_forget(house: House) -> None:
    """The phones stay known, the calls do not."""
    await phones_are_kept(house)
    await house.rig.kill()
    data = house.rig.folder / "var"
    shutil.rmtree(data / "spool")
    with closing(sqlite3.connect(data / "callserver.db")) as connection:
        connection.executescript("DELETE FROM journal; DELETE FROM calls; DELETE FROM dialogs;")
    await house.rig.run()


async def test_a_conversation_is_hung_up_on_both_sides(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        alice = await house.agent("alice")
        customer, agent = await house.talking("alice")
        await die_and_forget(house)
        assert await customer.ended() == 200
        assert await agent.ended() == 200
        await house.is_quiet()
        again = await house.waiting_customer()
        taken = await alice.incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await again.hears(AGENT_HZ)
        await again.hang_up()
        await house.record()


async def test_a_phone_that_rings_stops(tmp_path: Path) -> None:
    async with open_house(tmp_path, PATIENT) as house:
        alice = await house.agent("alice")
        customer = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        await house.call_is("ringing")
        await die_and_forget(house)
        assert await ringing.ended() == 487
        assert await customer.ended() == 200
        await house.is_quiet()
