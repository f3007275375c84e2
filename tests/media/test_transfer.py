"""REFER over the wire: the worker accepts and tells, the controller decides."""

from callserver.model.call import Leg
from callserver.model.commands import AnswerLeg, TransferProgress
from callserver.model.events import LegEnded, TransferAsked
from tests.media.rig import Call, Rig


async def talking(rig: Rig) -> Call:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    await rig.join(call, agent)
    return call


async def test_a_phone_that_transfers_is_told_how_it_goes(rig: Rig) -> None:
    call = await talking(rig)
    for count, code in enumerate((486, 200), start=1):
        await call.agent.refer("sip:bob@192.0.2.1")
        asked = await call.ear.hear(TransferAsked, Leg.AGENT, count=count)
        assert asked.refer_to.strip("<>") == "sip:bob@192.0.2.1"
        assert not asked.quiet
        call.agent.transfer_codes.clear()
        call.do(*(TransferProgress(Leg.AGENT, asked.cseq, news) for news in (100, 180, code)))
        assert await call.agent.transferred() == code
    assert call.agent.state == "answered"
    assert call.ear.all(LegEnded) == []


async def test_a_customer_cannot_have_us_call_anybody(rig: Rig) -> None:
    call = await talking(rig)
    await call.customer.refer("sip:+37120000099@192.0.2.1")
    await call.agent.tone(880)
    await call.customer.hears(880)
    assert call.ear.all(TransferAsked) == []
    assert any("SIP/2.0 603" in message and "REFER" in message for message in rig.relay.seen)


async def test_a_call_is_offered_to_another_call_of_the_phone(rig: Rig) -> None:
    first = await talking(rig)
    phone = rig.phones[1]
    second = await rig.arrive(phone)
    second.do(AnswerLeg(Leg.CUSTOMER))
    await second.customer.answered()
    await first.agent.refer_to_call(second.customer)
    asked = await first.ear.hear(TransferAsked, Leg.AGENT)
    assert "Replaces=" in asked.refer_to
    assert second.customer.sip_call_id.split("@")[0] in asked.refer_to
