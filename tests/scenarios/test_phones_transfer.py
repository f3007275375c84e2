"""Transfers from the phone: REFER, and REFER with Replaces across two call workers."""

import asyncio
from pathlib import Path

from callserver.testing import frequency, wav
from callserver.testing.baresip import Baresip
from callserver.testing.rig import MD5_ONLY
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, PASSWORD, House, open_house
from tests.scenarios.test_agents_call import OUTSIDE, dials, house_with_way_out
from tests.scenarios.test_conversations import BOB_HZ, running_call

BARESIP_HZ = 1300


async def test_a_phone_gives_the_call_to_a_colleague(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        await alice.refer(f"sip:bob@{house.rig.sip}")
        bob = await bob_phone.incoming()
        await bob.ring()
        await customer.hears_other_than(AGENT_HZ)
        assert alice.state == "answered", "until somebody took it, it can come back"
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        assert await alice.ended() == 200
        assert alice.transfer_codes[-1] == 200
        await house.agent_is("alice", "ready")
        await customer.hang_up()
        await bob.ended()
        assert (await house.record())["agent"] == "bob"
        await house.is_quiet()


async def test_what_nobody_takes_comes_back_to_the_phone(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        await alice.refer(f"sip:bob@{house.rig.sip}")
        await (await bob_phone.incoming()).reject(486)
        assert await alice.transferred() == 486
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        for who, code in (("+4915112345678", 403), ("support", 200)):
            alice.transfer_codes.clear()
            await alice.refer(f"sip:{who}@{house.rig.sip}")
            assert await alice.transferred() == code
        again = await house.phones["alice"].incoming()
        await again.answer()
        await again.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        await house.is_quiet()


async def second_call(house: House, tmp_path: Path) -> None:
    """Alice asks bob in a second call of her phone, and leaves him alone with the customer."""
    customer, alice = await house.talking("alice")
    bob_phone = await house.agent("bob")
    first = await running_call(house)
    await alice.hold()
    await customer.hears_other_than(AGENT_HZ)
    asking = await dials(house, "alice", "bob")
    bob = await bob_phone.incoming()
    await bob.answer()
    await asking.answered()
    await asking.tone(AGENT_HZ)
    await bob.tone(BOB_HZ)
    await asyncio.gather(asking.hears(BOB_HZ), bob.hears(AGENT_HZ))
    await alice.refer_to_call(asking)
    await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
    assert await alice.ended() == 200
    assert await asking.ended() == 200
    await house.agent_is("alice", "ready")
    await house.agent_is("bob", "talking")
    await asyncio.gather(customer.hears(BOB_HZ, for_s=1.0), bob.hears(CUSTOMER_HZ))
    await customer.hang_up()
    assert await bob.ended() == 200
    records = {record["id"]: record for record in await house.records(2)}
    assert (records[first]["agent"], records[first]["reason"]) == ("bob", "customer_hung_up")
    (asked,) = [record for id_, record in records.items() if id_ != first]
    assert (asked["direction"], asked["result"]) == ("internal", "transferred")
    both = wav.read(await house.recording(first))
    assert frequency.judge(both.channels[0][-4000:], both.rate).dominated_by(CUSTOMER_HZ)
    assert frequency.judge(both.channels[1][-4000:], both.rate).dominated_by(BOB_HZ)
    consulted = wav.read(await house.recording(asked["id"]))
    assert frequency.share(consulted.channels[0], CUSTOMER_HZ, consulted.rate) == 0
    await house.agent_is("bob", "ready")


async def test_a_phone_leaves_customer_and_colleague_alone_across_workers(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        await second_call(house, tmp_path)
        await house.is_quiet()


async def test_a_customer_and_somebody_outside_are_left_alone_across_workers(
    tmp_path: Path,
) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer, alice = await house.talking("alice")
        await alice.hold()
        asking = await dials(house, "alice", OUTSIDE)
        other = await outside.incoming()
        await other.answer()
        await other.tone(BOB_HZ)
        await asking.hears(BOB_HZ)
        await alice.refer_to_call(asking)
        await asyncio.gather(customer.hears(BOB_HZ), other.hears(CUSTOMER_HZ))
        await asyncio.gather(alice.ended(), asking.ended())
        await other.hang_up()
        await customer.ended(timeout=10)
        first, _ = await house.records(2)
        assert (first["result"], first["reason"]) == ("transferred", "third_hung_up")
        await house.is_quiet()


async def test_a_call_of_another_agent_cannot_be_taken(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        replaces = "Replaces=nonsense%3Bto-tag%3D1%3Bfrom-tag%3D2"
        await alice.refer(f"<sip:bob@{house.rig.sip}?{replaces}>")
        assert await alice.transferred() == 404
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await customer.hang_up()
        await house.is_quiet()


async def baresip(house: House, folder: Path) -> Baresip:
    await house.rig.add_agent("anna", PASSWORD)
    return await Baresip.start(
        "anna", folder, tone_hz=BARESIP_HZ, server=house.rig.sip, password=PASSWORD
    )


async def test_baresip_gives_the_call_to_a_colleague(tmp_path: Path) -> None:
    async with (
        open_house(tmp_path, MD5_ONLY) as house,
        await baresip(house, tmp_path / "baresip") as anna,
    ):
        await house.agent_is("anna", "ready")
        customer = await house.waiting_customer()
        await anna.event("CALL_INCOMING")
        await anna.accept()
        await customer.hears(BARESIP_HZ)
        bob_phone = await house.agent("bob")
        await anna.command("transfer", f"sip:bob@{house.rig.sip}")
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await anna.event("CALL_CLOSED")
        await house.agent_is("anna", "ready")
        await customer.hang_up()
        await bob.ended()
        await house.is_quiet()


async def test_baresip_leaves_customer_and_colleague_alone_across_workers(tmp_path: Path) -> None:
    """Version 1.0 has no command for it; it writes what it is told into Refer-To."""
    async with (
        open_house(tmp_path, MD5_ONLY) as house,
        await baresip(house, tmp_path / "baresip") as anna,
    ):
        await house.agent_is("anna", "ready")
        customer = await house.waiting_customer()
        first = await anna.event("CALL_INCOMING")
        await anna.accept()
        await customer.hears(BARESIP_HZ)
        bob_phone = await house.agent("bob")
        await anna.hold()
        await anna.dial(f"sip:bob@{house.rig.sip}")
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await bob.hears(BARESIP_HZ)
        replaces = f"Replaces={first['id']}%3Bto-tag%3D1%3Bfrom-tag%3D2"
        await anna.command("transfer", f"<sip:100@{house.rig.sip}?{replaces}>")
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await house.agent_is("anna", "ready")
        await customer.hang_up()
        await bob.ended()
        await house.is_quiet()
