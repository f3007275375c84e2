"""Messages left over real calls."""

import asyncio
from pathlib import Path

from callserver.testing import frequency, wav
from callserver.testing.rig import eventually
from callserver.testing.softcall import SoftCall
from tests.restart.test_controller_dies import die_and_return
from tests.restart.test_flow_steps import facts, new_flow
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

LEAVE = """
start: leave
steps:
  leave: {voicemail: {say: Speak., mailbox: support, silence_s: 0}, next: bye, otherwise: bye}
  bye: {hangup: {}}
"""


async def after_the_tone(house: House) -> SoftCall:
    """A caller who hears the tone, and begins to speak."""
    caller = await house.customer()
    await caller.answered()
    await eventually(
        lambda: facts(house, "message_started"), lambda found: len(found) == 1, within=15
    )
    await caller.tone(CUSTOMER_HZ)
    return caller


async def kept(house: House) -> Path:
    """The file of the one message there is."""

    async def now() -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await house.rig.api.get("/api/v1/voicemails"))["items"]
        return found

    (only,) = await eventually(now, lambda found: len(found) == 1, within=10)
    assert (only["mailbox"], only["number"]) == ("support", "+37120000001")
    (file,) = (house.rig.recordings / "voicemail").rglob("*.wav")
    assert file.stat().st_size == only["size"]
    return file


async def test_message_of_a_caller_who_hangs_up_is_kept(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, LEAVE)
        caller = await after_the_tone(house)
        await asyncio.sleep(2.0)
        await caller.silence()
        await asyncio.sleep(1.5)
        await caller.hang_up()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("voicemail", "message_left")
        sound = wav.read(await kept(house))
        assert 2.0 < sound.seconds < 3.2, "the silence at the end is cut"
        assert len(sound.channels) == 1
        assert frequency.share(sound.channels[0][1600:12000], CUSTOMER_HZ) > 0.8
        await house.is_quiet()


async def test_key_ends_the_message_and_one_without_a_voice_is_thrown_away(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, LEAVE)
        caller = await after_the_tone(house)
        await caller.silence()
        await caller.digits("#")
        await eventually(
            lambda: facts(house, "message_started"), lambda found: len(found) == 2, within=15
        )
        await caller.hang_up()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("abandoned", "in_flow")
        await house.is_quiet()
        assert len(await facts(house, "message_discarded")) == 2
        assert (await house.rig.api.get("/api/v1/voicemails"))["items"] == []
        assert list((house.rig.folder / "var").rglob("*.message.wav")) == []


async def test_message_goes_on_while_the_controller_dies_and_returns(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, LEAVE)
        caller = await after_the_tone(house)
        await asyncio.sleep(1.0)
        await die_and_return(house, after_s=0.5)
        await asyncio.sleep(1.0)
        await caller.digits("#")
        assert await caller.ended(timeout=15) == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("voicemail", "message_left")
        assert len(await facts(house, "message_started")) == 1
        assert wav.read(await kept(house)).seconds > 2.4
        await house.is_quiet()


async def test_message_is_kept_when_its_caller_hangs_up_while_nobody_looks(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, LEAVE)
        caller = await after_the_tone(house)
        await asyncio.sleep(1.5)
        await house.rig.kill()
        await caller.hang_up()
        await asyncio.sleep(0.5)
        await house.rig.run()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("voicemail", "message_left")
        assert wav.read(await kept(house)).seconds > 1.2
        await house.is_quiet()
