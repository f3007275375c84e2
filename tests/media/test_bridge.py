"""Who hears whom, with real sound: judged by the tones at each end and on the tracks."""

import asyncio

from callserver.model.call import Leg
from callserver.model.commands import (
    AnswerLeg,
    DialLeg,
    DialTarget,
    EndCall,
    ExpectLeg,
    HangUpLeg,
    SetBridge,
    StartMusic,
    StopRecording,
    Track,
)
from callserver.model.events import (
    LegAnswered,
    LegArrived,
    LegEnded,
    PromptsEnded,
    RecordingStarted,
    RecordingStopped,
)
from callserver.testing import frequency, wav
from callserver.testing.phone import SoftCall
from tests.media.rig import Call, Rig, dial

C, A, T, S = Leg.CUSTOMER, Leg.AGENT, Leg.THIRD, Leg.SUPERVISOR
CUSTOMER_HZ, AGENT_HZ, THIRD_HZ, BOSS_HZ, MUSIC_HZ = 440, 880, 1250, 1700, 620
TALK = ((C, A), (A, C))


async def joined(rig: Rig, call: Call, leg: Leg, hertz: int) -> SoftCall:
    """One more phone is called and answers; nobody hears it yet."""
    phone = await rig.phone(str(leg))
    call.do(dial(phone.uri, leg=leg))
    taken = await phone.incoming()
    await taken.answer()
    await call.ear.hear(LegAnswered, leg)
    await taken.tone(hertz)
    return taken


async def talking(rig: Rig) -> Call:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.tone(CUSTOMER_HZ)
    call.agent_call = await joined(rig, call, A, AGENT_HZ)
    call.do(SetBridge(TALK))
    await call.customer.hears(AGENT_HZ)
    await call.agent.hears(CUSTOMER_HZ)
    return call


async def test_an_agent_asks_a_third_party_while_the_customer_hears_music(rig: Rig) -> None:
    call = await talking(rig)
    left, right = await rig.record(call)
    call.do(StartMusic(C, rig.tone(MUSIC_HZ, 2.0)))
    third = await joined(rig, call, T, THIRD_HZ)
    call.do(SetBridge(((A, T), (T, A))))
    await asyncio.gather(
        call.customer.hears(MUSIC_HZ), call.agent.hears(THIRD_HZ), third.hears(AGENT_HZ)
    )
    call.do(SetBridge(((C, T), (T, C))), HangUpLeg(A))
    await asyncio.gather(call.customer.hears(THIRD_HZ), third.hears(CUSTOMER_HZ, for_s=1.0))
    await call.ear.hear(LegEnded, A)
    call.do(StopRecording())
    await call.ear.hear(RecordingStopped)
    ours = wav.read(right).channels[0]
    assert frequency.judge(ours[-4000:]).dominated_by(THIRD_HZ)
    customer = wav.read(left).channels[0]
    assert len(customer) == len(ours)
    assert frequency.share(customer, CUSTOMER_HZ) > 0.8


async def test_three_hear_each_other(rig: Rig) -> None:
    call = await talking(rig)
    third = await joined(rig, call, T, THIRD_HZ)
    call.do(SetBridge((*TALK, (C, T), (T, C), (A, T), (T, A))))
    ends = {CUSTOMER_HZ: call.customer, AGENT_HZ: call.agent, THIRD_HZ: third}
    for speaking in ends:
        for hertz, end in ends.items():
            await (end.tone(hertz) if hertz == speaking else end.silence())
        await asyncio.gather(
            *(end.hears(speaking) for hertz, end in ends.items() if hertz != speaking)
        )
        await ends[speaking].hears_silence()


async def test_a_supervisor_listens_whispers_and_barges_in(rig: Rig) -> None:
    call = await talking(rig)
    left, right = await rig.record(call)
    boss = await joined(rig, call, S, BOSS_HZ)
    await call.customer.silence()
    listening = (*TALK, (C, S), (A, S))
    call.do(SetBridge(listening))
    await boss.hears(AGENT_HZ)
    await call.agent.hears_silence()
    await call.agent.silence()
    await call.customer.hears_silence()
    call.do(SetBridge((*listening, (S, A))))
    await call.agent.hears(BOSS_HZ)
    await call.customer.hears_silence(for_s=1.0)
    call.do(SetBridge((*listening, (S, A), (S, C))))
    await asyncio.gather(call.agent.hears(BOSS_HZ, for_s=1.0), call.customer.hears(BOSS_HZ))
    await boss.hang_up()
    await call.ear.hear(LegEnded, S)
    await call.agent.tone(AGENT_HZ)
    await call.customer.hears(AGENT_HZ)
    call.do(StopRecording())
    await call.ear.hear(RecordingStopped)
    loud = [w for w in frequency.windows(wav.read(right).channels[0]) if w.dominated_by(BOSS_HZ)]
    assert 0.4 < 0.2 * len(loud) < 4.0, "the barge-in is on the track, the whisper is not"
    assert frequency.share(wav.read(left).channels[0], BOSS_HZ) == 0


async def test_the_agent_hears_the_whisper_first_and_the_customer_music_until_then(
    rig: Rig,
) -> None:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.tone(CUSTOMER_HZ)
    call.do(StartMusic(C, rig.tone(MUSIC_HZ, 2.0)))
    phone = await rig.phone("agent")
    tracks = (Track(C, str(rig.folder / "c.wav")), Track(A, str(rig.folder / "a.wav")))
    whisper = (rig.tone(1500, 1.5),)
    targets = (DialTarget(phone.uri),)
    call.do(DialLeg(A, targets, "1", "", 10.0, bridge_to=C, tracks=tracks, whisper=whisper))
    agent = await phone.incoming()
    await agent.answer()
    await agent.tone(AGENT_HZ)
    await asyncio.gather(agent.hears(1500), call.customer.hears(MUSIC_HZ))
    assert call.ear.all(RecordingStarted) == []
    await asyncio.gather(agent.hears(CUSTOMER_HZ), call.customer.hears(AGENT_HZ))
    assert (await call.ear.hear(PromptsEnded)).play == "whisper"
    await call.ear.hear(RecordingStarted)


async def test_a_second_call_comes_in_only_when_it_is_expected(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    stranger = await rig.phone("stranger")
    refused = await stranger.call(f"sip:100@{rig.relay.address}")
    assert await refused.ended() == 486
    call.do(ExpectLeg(T))
    taken = await stranger.call(f"sip:100@{rig.relay.address}")
    await call.ear.hear(LegArrived, T)
    call.do(AnswerLeg(T))
    await taken.answered()
    again = await stranger.call(f"sip:100@{rig.relay.address}")
    assert await again.ended() == 486


async def test_two_workers_are_one_call_for_those_at_its_ends(rig: Rig) -> None:
    one, other = await talking(rig), await rig.answered(await rig.phone("elsewhere"))
    other.do(ExpectLeg(T))
    place = DialTarget(f"sip:worker@127.0.0.1:{other.worker.sip_port}", worker=True)
    one.do(SetBridge(((C, T), (T, C))), DialLeg(T, (place,), "1", "", 5.0), HangUpLeg(A))
    await other.ear.hear(LegArrived, T)
    other.do(AnswerLeg(T), SetBridge(((C, T), (T, C))))
    await one.ear.hear(LegAnswered, T)
    await other.customer.tone(THIRD_HZ)
    await asyncio.gather(one.customer.hears(THIRD_HZ), other.customer.hears(CUSTOMER_HZ))
    assert [message for message in rig.relay.seen if "sip:worker@" in message] == []
    await other.customer.hang_up()
    other.do(EndCall())
    await one.ear.hear(LegEnded, T)
