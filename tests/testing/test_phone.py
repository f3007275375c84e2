"""Two phones without a server between them."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.testing import frequency, tones, wav
from callserver.testing.phone import Phone, PhoneDied, PhoneError, SoftCall


@pytest.fixture
async def alice(tmp_path: Path) -> AsyncIterator[Phone]:
    async with await Phone.start("alice", log_dir=tmp_path) as phone:
        yield phone


@pytest.fixture
async def bob(tmp_path: Path) -> AsyncIterator[Phone]:
    async with await Phone.start("bob", host="127.0.0.2", log_dir=tmp_path) as phone:
        yield phone


async def talk(alice: Phone, bob: Phone) -> tuple[SoftCall, SoftCall]:
    out = await alice.call(bob.uri, number="+37120000001", name="Jane Doe")
    into = await bob.incoming()
    await into.ring()
    await out.ringing()
    await into.answer()
    await out.answered()
    return out, into


async def test_both_sides_hear_each_others_tone_and_part(alice: Phone, bob: Phone) -> None:
    out, into = await talk(alice, bob)
    assert (into.number, into.name) == ("+37120000001", "Jane Doe")
    assert out.sip_call_id == into.sip_call_id
    assert into.invite.startswith("INVITE ")
    assert out.codec == "PCMU"
    await out.tone(440)
    await into.tone(880)
    await asyncio.gather(out.hears(880), into.hears(440))
    await into.silence()
    await out.hears_silence()
    await out.hang_up()
    assert await into.ended() == 200
    assert await out.ended() == 200


async def test_a_tone_that_is_not_there_is_not_heard(alice: Phone, bob: Phone) -> None:
    out, into = await talk(alice, bob)
    await into.tone(880)
    with pytest.raises(TimeoutError, match=r"heard last: .*880 Hz"):
        await out.hears(440, within=1.0)


async def test_digits_arrive_in_order_by_both_methods(alice: Phone, bob: Phone) -> None:
    out, into = await talk(alice, bob)
    await out.digits("12#")
    await into.pressed_keys("12#")
    await out.digits("*0", method="info")
    await into.pressed_keys("12#*0")
    assert [method for _, method in into.pressed] == ["rfc4733"] * 3 + ["info"] * 2


async def test_a_held_side_hears_nothing_until_resumed(alice: Phone, bob: Phone) -> None:
    out, into = await talk(alice, bob)
    await out.tone(440)
    await into.tone(880)
    await asyncio.gather(out.hears(880), into.hears(440))
    await into.hold()
    await out.held()
    await out.hears_silence()
    await into.resume()
    await out.unheld()
    await asyncio.gather(out.hears(880), into.hears(440))


async def test_a_recording_is_complete_when_it_was_stopped(
    alice: Phone, bob: Phone, tmp_path: Path
) -> None:
    out, into = await talk(alice, bob)
    await into.tone(880)
    await out.hears(880)
    first, second = tmp_path / "first.wav", tmp_path / "second.wav"
    await out.record(first)
    await out.hears(880, for_s=1.0)
    await out.stop_record()
    sound = wav.read(first)
    assert sound.seconds >= 0.9
    assert frequency.share(sound.channels[0], 880) == 1.0
    await out.record(second)
    await out.hears(880, for_s=0.6)
    await into.hang_up()
    await out.ended()
    assert wav.read(second).seconds >= 0.5


async def test_a_file_is_played_once(alice: Phone, bob: Phone, tmp_path: Path) -> None:
    out, into = await talk(alice, bob)
    wav.write(tmp_path / "hello.wav", tones.tone(600, seconds=1.0))
    listening = asyncio.create_task(out.hears(600))
    await into.play(tmp_path / "hello.wav")
    await listening
    await out.hears_silence()


async def test_a_busy_phone_says_so(alice: Phone, bob: Phone) -> None:
    out = await alice.call(bob.uri)
    await (await bob.incoming()).reject(486)
    assert await out.ended() == 486
    with pytest.raises(PhoneError, match="486"):
        await out.answered()


async def test_a_caller_who_gives_up_stops_the_ringing(alice: Phone, bob: Phone) -> None:
    out = await alice.call(bob.uri)
    into = await bob.incoming()
    await into.ring()
    await out.ringing()
    await out.hang_up()
    assert await into.ended() == 487
    assert await out.ended() == 487


async def test_a_phone_that_answers_by_itself_rings_first(tmp_path: Path, alice: Phone) -> None:
    async with await Phone.start(
        "desk", log_dir=tmp_path, auto_answer_s=0.2, tone_on_answer=600
    ) as desk:
        out = await alice.call(desk.uri)
        await out.ringing()
        await out.answered()
        await out.hears(600)
        assert (await desk.incoming()).state == "answered"


async def test_calls_over_tcp(tmp_path: Path) -> None:
    async with (
        await Phone.start("tina", transport="tcp", log_dir=tmp_path) as tina,
        await Phone.start("tom", transport="tcp", log_dir=tmp_path) as tom,
    ):
        out, into = await talk(tina, tom)
        assert "SIP/2.0/TCP" in into.invite
        await into.hang_up()
        assert await out.ended() == 200


async def test_four_calls_at_once_and_the_fifth_is_busy(alice: Phone, tmp_path: Path) -> None:
    async with await Phone.start("desk", log_dir=tmp_path, auto_answer_s=0) as desk:
        async with await Phone.start("carol", log_dir=tmp_path) as carol:
            for _ in range(4):
                await (await alice.call(desk.uri)).answered()
            fifth = await carol.call(desk.uri)
            assert await fifth.ended() == 486
        assert [call.state for call in desk.calls] == ["answered"] * 4


async def test_closing_a_phone_ends_its_calls_at_once(alice: Phone, tmp_path: Path) -> None:
    async with await Phone.start("desk", log_dir=tmp_path, auto_answer_s=0) as desk:
        out = await alice.call(desk.uri)
        await out.answered()
    assert out.state == "ended" or await out.ended() == 200
    with pytest.raises(PhoneDied):
        await desk.call(alice.uri)


async def test_the_death_of_a_phone_reaches_everybody_who_waits(alice: Phone, bob: Phone) -> None:
    out, into = await talk(alice, bob)
    waiting = [
        asyncio.create_task(out.ended(timeout=20)),
        asyncio.create_task(out.hears(440, within=20)),
        asyncio.create_task(alice.incoming(timeout=20)),
    ]
    await asyncio.sleep(0)
    os.kill(alice.pid, 9)
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 2)
    assert [type(one) for one in results] == [PhoneDied] * 3
    with pytest.raises(PhoneDied, match="ended with -9"):
        await alice.call(bob.uri)
    assert into.state == "answered"


async def test_a_phone_that_cannot_listen_says_so(alice: Phone, tmp_path: Path) -> None:
    with pytest.raises(PhoneDied):
        await Phone.start("twin", port=alice.port, log_dir=tmp_path)


async def test_what_is_no_address_is_refused_and_the_phone_lives_on(
    alice: Phone, bob: Phone
) -> None:
    with pytest.raises(PhoneError, match="Invalid"):
        await alice.call("rubbish")
    await talk(alice, bob)


async def test_registering_where_nobody_is_ends_in_time(alice: Phone) -> None:
    with pytest.raises(TimeoutError, match="registrar"):
        await alice.register("127.0.0.1:9", "alice", "secret", timeout=0.3)
