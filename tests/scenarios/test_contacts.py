"""What is known of the caller decides where the call goes."""

from pathlib import Path

from callserver.testing.softcall import SoftCall
from tests.restart.test_flow_steps import facts, new_flow
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

FLOW = """
start: greet
steps:
  greet: {switch: [{when: caller.contact.tier == 'gold', to: type}], otherwise: stranger}
  type: {collect: {say: Whose number., into: typed, max_length: 8}, next: who, otherwise: stranger}
  who: {contact: typed, into: {name: name, level: tier}, next: known, unknown: nobody}
  known: {hangup: self_served}
  nobody: {hangup: closed}
  stranger: {hangup: unwanted}
"""


async def typed(house: House, digits: str) -> SoftCall:
    call = await house.customer()
    await call.answered()
    await call.tone(CUSTOMER_HZ)
    if digits:
        await call.digits(digits)
    assert await call.ended() == 200
    return call


async def test_callers_contact_and_that_of_a_number_they_type(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"outgoing": {"country": "LV"}}) as house:
        await new_flow(house, FLOW)
        gold = {"name": "Jane", "fields": {"tier": "gold"}}
        contacts = "/api/v1/contacts"
        await house.rig.api.put(f"{contacts}/20000002", gold)
        await house.rig.api.put(f"{contacts}/20000003", gold)

        await typed(house, "")
        await typed(house, "20000003")
        await house.records(2)
        names = [one["values"] for one in await facts(house, "variables_set")]
        assert names == [{"typed": "20000003"}, {"name": "Jane", "level": "gold"}]
        await typed(house, "20000009")
        records = await house.records(3)
        assert [one["reason"] for one in records] == ["unwanted", "self_served", "closed"]
        await house.is_quiet()

        for number, reason in (("20000002", "self_served"), ("20000003", "closed")):
            page = await house.rig.api.get(f"{contacts}/{number}/timeline")
            entries = [(one["kind"], one["more"]["reason"]) for one in page["items"]]
            assert entries == [("call", reason)], "each called once, with the number of a contact"
