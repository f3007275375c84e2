"""What a leg hears: prompts, music that goes on where it stopped, hold from either side."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from callserver.model.call import Leg
from callserver.model.commands import (
    PlayPrompts,
    StartMusic,
    StopMusic,
    StopPrompts,
    UnbridgeLegs,
)
from callserver.model.events import DigitReceived, LegHeld, LegResumed, PlayEnd, PromptsEnded
from callserver.testing import frequency, tones, wav
from tests.media.rig import Call, Rig


async def ended(call: Call, play: str) -> PlayEnd:
    def done() -> list[PromptsEnded]:
        return [event for event in call.ear.all(PromptsEnded) if event.play == play]

    await call.ear.until(done)
    assert len(done()) == 1
    return done()[0].end


def play(name: str, *files: str, barge_in: bool = False) -> PlayPrompts:
    return PlayPrompts(Leg.CUSTOMER, name, files, barge_in)


async def test_prompts_play_in_order_to_their_last_frame(rig: Rig, tmp_path: Path) -> None:
    call = await rig.answered(await rig.phone("customer"))
    heard = tmp_path / "heard.wav"
    await call.customer.record(heard)
    call.do(play("p", rig.tone(500, 0.6), rig.tone(700, 0.333), rig.tone(900, 0.6)))
    assert await ended(call, "p") is PlayEnd.FINISHED
    await call.customer.hears_silence()
    await call.customer.stop_record()
    judged = [w.frequency for w in frequency.windows(wav.read(heard).channels[0], window_s=0.1)]
    # A busy machine may stretch a tone by what its jitter buffer fills in; it never shortens one.
    counts = {hz: sum(abs(found - hz) < 20 for found in judged) for hz in (500, 700, 900)}
    assert counts[500] >= 4
    assert counts[700] >= 2
    assert counts[900] >= 4
    order = [hz for found in judged for hz in (500, 700, 900) if abs(found - hz) < 20]
    assert order == sorted(order)


async def test_the_first_digit_stops_prompts_that_allow_it(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    call.do(play("menu", rig.tone(500, 30), barge_in=True))
    await call.customer.hears(500)
    await call.customer.digits("7")
    assert await ended(call, "menu") is PlayEnd.BARGED_IN
    digit = await call.ear.hear(DigitReceived)
    assert digit.digit == "7"
    (stopped,) = call.ear.all(PromptsEnded)
    told = call.ear.events
    assert told.index(stopped) == told.index(digit) + 1, "at once: nothing lies between"
    await call.customer.hears_silence()


async def test_a_digit_leaves_other_prompts_alone(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    call.do(play("notice", rig.tone(500, 1.5)))
    await call.customer.digits("7")
    await call.ear.hear(DigitReceived)
    assert await ended(call, "notice") is PlayEnd.FINISHED


async def test_new_prompts_replace_the_old_and_stopping_stops(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    call.do(play("first", rig.tone(500, 30)), play("second", rig.tone(700, 30)))
    assert await ended(call, "first") is PlayEnd.STOPPED
    await call.customer.hears(700)
    call.do(StopPrompts(Leg.CUSTOMER))
    assert await ended(call, "second") is PlayEnd.STOPPED


@pytest.mark.parametrize("broken", ["missing", "not a wav", "stereo", "16 kHz", "cut header"])
async def test_a_file_that_cannot_be_played_is_said(rig: Rig, tmp_path: Path, broken: str) -> None:
    call = await rig.answered(await rig.phone("customer"))
    file = tmp_path / "bad.wav"
    tone = tones.tone(440, seconds=1)
    match broken:
        case "not a wav":
            file.write_bytes(b"this is no sound at all" * 100)
        case "stereo":
            wav.write(file, tone, tone)
        case "16 kHz":
            wav.write(file, tone, rate=16000)
        case "cut header":
            wav.write(file, tone)
            file.write_bytes(file.read_bytes()[:30])
    call.do(play("bad", rig.tone(500, 1), str(file)))
    assert await ended(call, "bad") is PlayEnd.FAILED
    call.do(play("good", rig.tone(500, 0.2)))
    assert await ended(call, "good") is PlayEnd.FINISHED


async def test_music_pauses_under_prompts_and_goes_on_where_it_stopped(
    rig: Rig, tmp_path: Path
) -> None:
    scale = tmp_path / "scale.wav"  # every half second another tone tells where the music is
    steps = [400 + 100 * step for step in range(12)]
    wav.write(scale, np.concatenate([tones.tone(hz, seconds=0.5) for hz in steps]))
    call = await rig.answered(await rig.phone("customer"))
    heard = tmp_path / "heard.wav"
    await call.customer.record(heard)
    call.do(StartMusic(Leg.CUSTOMER, str(scale)))
    await call.customer.hears(600, for_s=0.2)
    call.do(play("p", rig.tone(2000, 1.0)))
    assert await ended(call, "p") is PlayEnd.FINISHED
    await call.customer.hears(800, for_s=0.2)
    call.do(StopMusic(Leg.CUSTOMER))
    await call.customer.hears_silence()
    await call.customer.stop_record()
    judged = [w.frequency for w in frequency.windows(wav.read(heard).channels[0], window_s=0.1)]
    heard_steps = [hz for found in judged for hz in steps if abs(found - hz) < 20]
    # Nothing of the scale is missing or twice as long: the 1 s of prompt took no music away.
    for hz in (500, 600, 700):
        assert 3 <= heard_steps.count(hz) <= 6, heard_steps


async def test_music_begins_again_at_its_end(rig: Rig) -> None:
    call = await rig.answered(await rig.phone("customer"))
    call.do(StartMusic(Leg.CUSTOMER, rig.tone(500, 0.31)))
    await call.customer.hears(500, for_s=1.2)


async def test_when_a_side_holds_the_other_hears_its_music_and_then_the_talk_again(
    rig: Rig,
) -> None:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    call.do(StartMusic(Leg.CUSTOMER, rig.tone(500, 5)), StartMusic(Leg.AGENT, rig.tone(600, 5)))
    await call.customer.hears(500)
    await rig.join(call, agent)
    await call.customer.tone(1100)
    await call.agent.tone(1300)
    await call.customer.hears(1300)

    await call.agent.hold()
    await call.ear.hear(LegHeld, Leg.AGENT)
    await call.customer.hears(500)
    await call.agent.resume()
    await call.ear.hear(LegResumed, Leg.AGENT)
    await call.customer.hears(1300)
    await call.agent.hears(1100)

    await call.customer.hold()
    await call.ear.hear(LegHeld, Leg.CUSTOMER)
    await call.agent.hears(600)
    await call.customer.resume()
    await call.ear.hear(LegResumed, Leg.CUSTOMER)
    await call.agent.hears(1100)
    await call.customer.hears(1300)


async def test_parted_legs_hear_their_music_again(rig: Rig) -> None:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    call.do(StartMusic(Leg.CUSTOMER, rig.tone(500, 5)))
    await rig.join(call, agent)
    await call.agent.tone(1300)
    await call.customer.hears(1300)
    call.do(UnbridgeLegs(Leg.CUSTOMER, Leg.AGENT))
    await call.customer.hears(500)
    await call.agent.hears_silence()


async def test_both_sides_hold_and_resume_in_any_order(rig: Rig) -> None:
    customer, agent = await rig.phone("customer"), await rig.phone("agent")
    call = await rig.answered(customer)
    await rig.join(call, agent)
    await call.customer.tone(1100)
    await call.agent.tone(1300)
    await call.agent.hold()
    await call.customer.hold()
    await call.agent.resume()
    await call.customer.resume()
    await asyncio.gather(call.customer.hears(1300), call.agent.hears(1100))
