"""Two legs of one worker: answered, bridged, heard, ended."""

import pytest

from callserver.model.call import Leg
from callserver.model.commands import EndCall, HangUpLeg
from callserver.model.events import CallEmpty, LegAnswered, LegEnd, LegEnded
from tests.media.rig import Rig


async def test_a_call_is_answered_and_hung_up_by_the_caller(rig: Rig) -> None:
    phone = await rig.phone("customer")
    call = await rig.answered(phone)
    answered = await call.ear.hear(LegAnswered)
    assert answered.codec == "PCMU/8000"
    assert answered.sip_call_id == call.customer.sip_call_id
    await call.customer.hang_up()
    ended = await call.ear.hear(LegEnded)
    assert (ended.end, ended.code) == (LegEnd.HUNG_UP, 200)
    assert ended.stats is not None
    assert ended.stats.codec == "PCMU/8000"


async def test_bridged_sides_hear_each_other(rig: Rig) -> None:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    await rig.join(call, agent)
    await call.customer.tone(440)
    await call.agent.tone(880)
    await call.customer.hears(880)
    await call.agent.hears(440)
    call.do(EndCall())
    await call.ear.hear(CallEmpty)
    for leg in (Leg.CUSTOMER, Leg.AGENT):
        ended = await call.ear.hear(LegEnded, leg)
        assert ended.end is LegEnd.RELEASED
        assert ended.stats is not None
        assert ended.stats.rx_packets > 20
        assert ended.stats.tx_packets > 20
        assert ended.stats.rx_lost == 0
    assert await call.customer.ended() == 200
    assert await call.agent.ended() == 200


@pytest.mark.parametrize("code", [404, 486, 503])
async def test_a_call_is_refused_with_the_given_code(rig: Rig, code: int) -> None:
    phone = await rig.phone("customer")
    call = await rig.arrive(phone)
    call.do(HangUpLeg(Leg.CUSTOMER, code, retry_after_s=7))
    assert await call.customer.ended() == code
    ended = await call.ear.hear(LegEnded)
    assert (ended.end, ended.code) == (LegEnd.RELEASED, code)
    assert any("Retry-After: 7" in message for message in rig.relay.seen)
