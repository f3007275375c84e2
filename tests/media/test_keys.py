"""Keys through the network: each press once, by whichever method."""

from callserver.model.call import Leg
from callserver.model.commands import PlayPrompts
from callserver.model.events import DigitReceived
from tests.media.rig import Rig


async def test_rfc4733_keys_come_once_each_and_in_order(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.digits("1100*#A9")
    await call.ear.hear(DigitReceived, count=8, seconds=8)
    assert call.ear.digits() == "1100*#A9"
    assert {event.method for event in call.ear.all(DigitReceived)} == {"rfc4733"}


async def test_info_keys_come_once_each_and_in_order(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.digits("2255#", method="info")
    await call.ear.hear(DigitReceived, count=5, seconds=8)
    assert call.ear.digits() == "2255#"
    assert {event.method for event in call.ear.all(DigitReceived)} == {"info"}


async def test_keys_during_overlapping_prompts_are_not_lost(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    for number in range(4):
        call.do(PlayPrompts(Leg.CUSTOMER, f"p{number}", (rig.tone(500, 10),), True))
        await call.customer.digits(str(number))
        await call.ear.hear(DigitReceived, count=number + 1)
    assert call.ear.digits() == "0123"
