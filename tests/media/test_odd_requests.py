"""What a phone may send and a worker must take calmly."""

import pytest

from callserver.model.call import Leg
from callserver.model.commands import AnswerLeg, BridgeLegs, HangUpLeg, PlayPrompts, StopMusic
from callserver.model.events import DigitReceived, LegAnswered, LegArrived, LegEnd, LegEnded
from tests.edge.peers import UdpPeer
from tests.edge.words import ask
from tests.media import raw
from tests.media.rig import Rig, dial


async def test_a_caller_who_gives_up_before_the_answer_hung_up(rig: Rig) -> None:
    call = await rig.arrive(await rig.phone("customer"))
    await call.customer.hang_up()
    ended = await call.ear.hear(LegEnded, Leg.CUSTOMER)
    assert (ended.end, ended.code, ended.stats) == (LegEnd.HUNG_UP, 487, None)
    call.do(AnswerLeg(Leg.CUSTOMER), HangUpLeg(Leg.CUSTOMER), StopMusic(Leg.CUSTOMER))
    call.do(BridgeLegs(Leg.CUSTOMER, Leg.AGENT), PlayPrompts(Leg.CUSTOMER, "p", ("x",), True))
    agent = await rig.phone("agent")
    call.do(dial(agent.uri))  # and the worker is as good as new
    await (await agent.incoming()).answer()
    await call.ear.hear(LegAnswered, Leg.AGENT)


async def test_a_second_call_to_the_same_worker_is_busy(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    second = await (await rig.phone("second")).call(f"sip:100@{rig.relay.address}")
    assert await second.ended() == 486
    assert len(call.ear.all(LegArrived)) == 1
    assert call.customer.state == "answered"


@pytest.mark.parametrize(
    ("kind", "body", "digits"),
    [
        ("application/dtmf", "5", "5"),
        ("application/dtmf-relay", "Signal=#\r\nDuration=160\r\n", "#"),
        ("application/dtmf", "not a key", ""),
        ("text/plain", "hello", ""),
    ],
)
async def test_an_info_is_answered_and_its_key_counts(
    rig: Rig, kind: str, body: str, digits: str
) -> None:
    call = await rig.answered(await rig.phone("customer"))
    assert await raw.request(rig, call, "INFO", f"Content-Type: {kind}\r\n", body) == 200
    if digits:
        assert (await call.ear.hear(DigitReceived)).method == "info"
    assert call.ear.digits() == digits


async def test_a_refer_is_declined_and_dials_nobody(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    victim = await rig.phone("victim")
    refer = f"Refer-To: <{victim.uri}>\r\nContact: <sip:customer@127.0.0.1:9>\r\n"
    assert await raw.request(rig, call, "REFER", refer) == 603
    assert call.customer.state == "answered"
    assert victim.calls == ()


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE", "PUBLISH", "FOOBAR", "UPDATE", "PRACK"])
async def test_other_requests_do_no_harm(rig: Rig, method: str) -> None:
    call = await rig.answered(await rig.phone("customer"))
    assert await raw.request(rig, call, method) >= 200
    assert call.customer.state == "answered"
    call.do(HangUpLeg(Leg.CUSTOMER))
    assert (await call.ear.hear(LegEnded)).end is LegEnd.RELEASED


@pytest.mark.parametrize(
    "body",
    [
        "",
        "v=0\r\n",
        "not sdp at all",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 0 RTP/AVP 0\r\n",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n",
        "v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nc=IN IP6 ::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
    ],
)
async def test_an_offer_that_cannot_be_taken_changes_nothing_or_ends_in_order(
    rig: Rig, body: str
) -> None:
    call = await rig.answered(await rig.phone("customer"))
    contact = "Contact: <sip:customer@127.0.0.1:9>\r\nContent-Type: application/sdp\r\n"
    await raw.request(rig, call, "INVITE", contact, body)
    call.do(HangUpLeg(Leg.CUSTOMER))
    await call.ear.hear(LegEnded)
    assert call.ear.lost == 0


async def test_a_caller_who_agrees_on_no_sound_is_hung_up(rig: Rig) -> None:
    """No offer in the INVITE, no answer in the ACK (RFC 3261 section 13.2.1 wants one)."""
    call, customer = await rig.take(), await UdpPeer.at("127.0.0.1")
    at, worker = f"127.0.0.1:{customer.port}", f"127.0.0.1:{call.worker.sip_port}"
    target = f"sip:{call.worker.token}@{worker}"
    customer.say(ask("INVITE", target, at), worker)
    await customer.response(100)
    await call.ear.hear(LegArrived, Leg.CUSTOMER)
    call.do(AnswerLeg(Leg.CUSTOMER))
    to = (await customer.response(200)).headers["To"]
    customer.say(ask("ACK", target, at, to=to, branch="2"), worker)
    ended = await call.ear.hear(LegEnded, Leg.CUSTOMER, seconds=10)
    assert ended.end is LegEnd.FAILED
    assert call.ear.all(LegAnswered) == []
    await customer.request("BYE")
    customer.close()
