"""Voice messages: the worker writes them by itself, and knows when they are over."""

import asyncio
from pathlib import Path

from callserver.media.worker.message import MessageWatch
from callserver.model.call import Leg
from callserver.model.commands import RecordMessage
from callserver.model.events import DigitReceived, LegEnded, MessageEnd, MessageRecorded
from callserver.testing import frequency, wav
from tests.media.rig import Call, Rig


def begin(rig: Rig, call: Call, max_s: float = 20, silence_s: float = 0) -> Path:
    file = rig.folder / "message.wav"
    call.do(RecordMessage(Leg.CUSTOMER, "m1", str(file), max_s, silence_s))
    return file


async def test_message_holds_the_voice_and_ends_with_a_key(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.tone(440)
    file = begin(rig, call)
    await asyncio.sleep(1.5)
    await call.customer.digits("#")
    done = await call.ear.hear(MessageRecorded)
    assert (done.message, done.end) == ("m1", MessageEnd.KEY)
    assert call.ear.events.index(call.ear.all(DigitReceived)[0]) < call.ear.events.index(done)
    sound = wav.read(file)
    assert abs(sound.seconds - done.duration_s) < 0.3
    assert done.voice_s > 1.0
    assert done.quiet_s < 1.0
    assert frequency.share(sound.channels[0][1600:8000], 440) > 0.8


async def test_silence_ends_a_message_and_is_told(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    await call.customer.tone(440)
    begin(rig, call, silence_s=1.0)
    await asyncio.sleep(1.0)
    await call.customer.silence()
    done = await call.ear.hear(MessageRecorded)
    assert done.end is MessageEnd.SILENCE
    assert 0.5 < done.voice_s < 1.6
    assert 0.9 < done.quiet_s < 1.3


async def test_message_is_complete_before_the_end_of_its_leg_is_told(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    file = begin(rig, call)
    await asyncio.sleep(1.2)
    await call.customer.hang_up()
    await call.ear.hear(LegEnded, Leg.CUSTOMER)
    done = await call.ear.hear(MessageRecorded)
    assert done.end is MessageEnd.GONE
    assert call.ear.events.index(done) < call.ear.events.index(call.ear.all(LegEnded)[0])
    assert wav.read(file).seconds > 0.8


async def test_longest_message_ends_by_itself_and_one_that_cannot_be_written_at_once(
    rig: Rig,
) -> None:
    call = await rig.answered(await rig.phone("customer"))
    begin(rig, call, max_s=0.5)
    assert (await call.ear.hear(MessageRecorded)).end is MessageEnd.LENGTH
    call.do(RecordMessage(Leg.CUSTOMER, "m2", str(rig.folder / "no" / "where.wav"), 5, 0))
    done = await call.ear.hear(MessageRecorded, count=2)
    assert (done.message, done.end) == ("m2", MessageEnd.FAILED)


def test_watch_counts_voice_and_silence() -> None:
    watch = MessageWatch(max_s=60, silence_s=2, now=100)
    looks = [(50, 100.1), (50, 100.2), (0, 101.0), (50, 101.1), (0, 103.0), (0, 103.1)]
    assert [watch.look(level, now) for level, now in looks] == [None] * 5 + [MessageEnd.SILENCE]
    assert round(watch.voice_s, 3) == 0.3
    assert round(watch.quiet_s, 3) == 2.0


def test_watch_without_silence_waits_for_the_length() -> None:
    watch = MessageWatch(max_s=10, silence_s=0, now=0)
    assert watch.look(0, 9.9) is None
    assert watch.look(0, 10.0) is MessageEnd.LENGTH
