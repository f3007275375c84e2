"""Calling out: targets in order, time-outs, and why a leg ended."""

import pytest

from callserver.media.worker.identity import caller
from callserver.model.call import Leg
from callserver.model.commands import DialLeg, DialTarget, EndCall, HangUpLeg
from callserver.model.events import CallEmpty, LegAnswered, LegEnd, LegEnded, LegRinging
from callserver.testing.ports import free_port, udp_ports
from tests.media.rig import Rig, dial


async def test_the_phone_called_sees_who_calls(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    call.do(dial(agent.uri))
    ringing = await agent.incoming()
    assert (ringing.number, ringing.name) == ("+37120000012", "A Customer")
    assert f"Contact: <sip:{call.worker.token}@{rig.relay.address}>" in ringing.invite
    await ringing.ring()
    event = await call.ear.hear(LegRinging, Leg.AGENT)
    assert event.sip_call_id == ringing.sip_call_id
    await ringing.answer()
    answered = await call.ear.hear(LegAnswered, Leg.AGENT)
    assert answered.codec == "PCMU/8000"
    assert len(call.ear.all(LegRinging)) == 1


async def test_a_hostile_name_stays_a_name(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    name = 'x" <sip:evil@example.org>\r\nContact: <sip:evil@example.org>\r\n\r\n'
    number = "1;tag=a>\r\nVia: x\u0007@evil"
    call.do(DialLeg(Leg.AGENT, (DialTarget(agent.uri),), number, name, 5.0))
    ringing = await agent.incoming()
    assert ringing.invite.count("\r\nContact:") == 1
    assert ringing.invite.count("\r\nFrom:") == 1
    assert ringing.number == "1tagaViaxevil"
    assert "evil@example.org" not in ringing.number


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (486, LegEnd.BUSY),
        (600, LegEnd.BUSY),
        (603, LegEnd.DECLINED),
        (403, LegEnd.DECLINED),
        (488, LegEnd.DECLINED),
        (480, LegEnd.NO_ANSWER),
        (404, LegEnd.UNREACHABLE),
        (500, LegEnd.UNREACHABLE),
    ],
)
async def test_the_final_answer_tells_why(rig: Rig, code: int, end: LegEnd) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    call.do(dial(agent.uri))
    await (await agent.incoming()).reject(code)
    ended = await call.ear.hear(LegEnded, Leg.AGENT)
    assert (ended.end, ended.code, ended.stats) == (end, code, None)


async def test_the_next_target_is_tried_when_one_cannot_be_reached(rig: Rig) -> None:
    dead, broken = f"sip:nobody@127.0.0.1:{free_port()}", await rig.phone("broken")
    good = await rig.phone("good")
    call = await rig.take()
    call.do(dial(dead, broken.uri, good.uri, setup_s=0.3))
    await (await broken.incoming()).reject(503)
    await (await good.incoming()).answer()
    await call.ear.hear(LegAnswered, Leg.AGENT)
    assert call.ear.all(LegEnded) == []


async def test_a_human_no_is_final(rig: Rig) -> None:
    busy, other = await rig.phone("busy"), await rig.phone("other")
    call = await rig.take()
    call.do(dial(busy.uri, other.uri))
    await (await busy.incoming()).reject(486)
    assert (await call.ear.hear(LegEnded, Leg.AGENT)).end is LegEnd.BUSY
    assert other.calls == ()


async def test_when_no_target_answers_the_leg_is_unreachable(rig: Rig) -> None:
    call = await rig.take()
    call.do(dial(f"sip:a@127.0.0.1:{free_port()}", f"sip:b@127.0.0.1:{free_port()}", setup_s=0.2))
    ended = await call.ear.hear(LegEnded, Leg.AGENT)
    assert (ended.end, ended.code) == (LegEnd.UNREACHABLE, 408)


@pytest.mark.parametrize("uris", [(), ("no uri at all",), ("sip:", "sip:a b@c")])
async def test_targets_that_are_none_are_unreachable(rig: Rig, uris: tuple[str, ...]) -> None:
    call = await rig.take()
    call.do(dial(*uris))
    assert (await call.ear.hear(LegEnded, Leg.AGENT)).end is LegEnd.UNREACHABLE


async def test_targets_the_stack_refuses_use_up_nothing(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    call.do(dial(*(["sip:"] * 20), agent.uri))
    await (await agent.incoming()).answer()
    await call.ear.hear(LegAnswered, Leg.AGENT)


async def test_ringing_ends_after_its_time_with_cancel(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    call.do(dial(agent.uri, ring_s=0.7))
    ringing = await agent.incoming()
    await ringing.ring()
    ended = await call.ear.hear(LegEnded, Leg.AGENT)
    assert (ended.end, ended.code) == (LegEnd.NO_ANSWER, 487)
    assert await ringing.ended() == 487


async def test_hanging_up_a_ringing_leg_cancels_it_at_once(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.take()
    call.do(dial(agent.uri))
    ringing = await agent.incoming()
    await ringing.ring()
    await call.ear.hear(LegRinging)
    call.do(HangUpLeg(Leg.AGENT))
    assert await ringing.ended() == 487
    assert (await call.ear.hear(LegEnded, Leg.AGENT)).end is LegEnd.RELEASED


async def test_an_agent_who_hangs_up_ends_only_their_leg(rig: Rig) -> None:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    await rig.join(call, agent)
    await call.agent.hang_up()
    ended = await call.ear.hear(LegEnded, Leg.AGENT)
    assert (ended.end, ended.code) == (LegEnd.HUNG_UP, 200)
    assert [event.leg for event in call.ear.all(LegEnded)] == [Leg.AGENT]
    assert call.customer.state == "answered"


async def test_a_call_dials_again_and_again_within_its_port_slice(rig: Rig) -> None:
    agent = await rig.phone("agent")
    call = await rig.answered(await rig.phone("customer"))
    rtp = rig.config.rtp
    used: list[frozenset[int]] = []
    for round_ in range(10):
        call.do(dial(agent.uri))
        ringing = await agent.incoming()
        await ringing.answer()
        await call.ear.hear(LegAnswered, Leg.AGENT, count=round_ + 1)
        used.append(udp_ports() & frozenset(range(rtp.first_port, rtp.last_port + 1)))
        call.do(HangUpLeg(Leg.AGENT))
        await call.ear.hear(LegEnded, Leg.AGENT, count=round_ + 1)
        await ringing.ended()
    assert all(len(ports) == 4 for ports in used)  # RTP and RTCP of two legs
    everything = frozenset().union(*used)
    assert max(everything) - min(everything) < rtp.ports_per_call
    assert used[1] != used[2]  # the last leg's ports rest while the others take their turn


async def test_more_silent_phones_than_the_stack_has_calls_wait_for_their_turn(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    dead = [f"sip:x{number}@127.0.0.1:{free_port()}" for number in range(6)]
    call.do(dial(*dead, setup_s=0.1, ring_s=1.0))
    ended = await call.ear.hear(LegEnded, Leg.AGENT)
    assert (ended.end, ended.code) == (LegEnd.UNREACHABLE, 408)
    assert call.customer.state == "answered"
    call.do(EndCall())  # and those that were given up do not hold the worker
    await call.ear.hear(CallEmpty)
    await call.ear.until(lambda: call.worker.token in rig.gone)


def test_a_caller_without_number_or_name_is_anonymous() -> None:
    assert caller("", "", "h") == "<sip:anonymous@h>"
    assert caller("+371 20", "Jānis Bērziņš", "h") == '"Jānis Bērziņš" <sip:+37120@h>'
    assert caller("1", 'a"\\\ud800b', "h") == '"ab" <sip:1@h>'
