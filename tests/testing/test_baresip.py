"""baresip and the softphone, without a server between them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.testing.baresip import Baresip, BaresipError
from callserver.testing.phone import Phone, SoftCall
from callserver.testing.sipp import Sipp


@pytest.fixture
async def alice(tmp_path: Path) -> AsyncIterator[Phone]:
    async with await Phone.start("alice", log_dir=tmp_path) as phone:
        yield phone


@pytest.fixture
async def carol(tmp_path: Path) -> AsyncIterator[Baresip]:
    async with await Baresip.start("carol", tmp_path / "carol", tone_hz=600) as phone:
        yield phone


async def talk(alice: Phone, carol: Baresip) -> SoftCall:
    call = await alice.call(carol.uri)
    await carol.event("CALL_INCOMING")
    await call.ringing()
    await carol.accept()
    await call.answered()
    await call.tone(440)
    return call


async def test_both_sides_hear_each_other_and_keys_arrive(alice: Phone, carol: Baresip) -> None:
    call = await talk(alice, carol)
    await call.hears(600)
    await carol.hears(440)
    await carol.digit("5")
    await carol.digit("#")
    await call.pressed_keys("5#")
    await call.hang_up()
    await carol.event("CALL_CLOSED")
    assert await call.ended() == 200
    sound = carol.heard()
    assert sound is not None
    assert sound.seconds > 0.4


async def test_a_tone_that_is_not_there_is_not_heard(alice: Phone, carol: Baresip) -> None:
    await talk(alice, carol)
    await carol.hears_sound()
    with pytest.raises(TimeoutError, match="1000 Hz"):
        await carol.hears(1000, within=0.8)


async def test_it_holds_and_resumes(alice: Phone, carol: Baresip) -> None:
    call = await talk(alice, carol)
    await call.hears(600)
    await carol.hold()
    await call.held()
    await call.hears_silence()
    await carol.resume()
    await call.unheld()
    await call.hears(600)
    await carol.hang_up()
    assert await call.ended() == 200


async def test_it_calls_and_gives_up(alice: Phone, carol: Baresip) -> None:
    await carol.dial(alice.uri)
    call = await alice.incoming()
    assert call.number == "carol"
    await call.ring()
    await carol.event("CALL_RINGING")
    await carol.hang_up()
    assert await call.ended() == 487


async def test_it_declines(alice: Phone, carol: Baresip) -> None:
    call = await alice.call(carol.uri)
    await carol.event("CALL_INCOMING")
    await carol.hang_up()
    assert await call.ended() in (486, 603)


@pytest.mark.parametrize(("password", "event"), [("right", "REGISTER_OK"), ("no", "REGISTER_FAIL")])
async def test_it_registers_with_digest(tmp_path: Path, password: str, event: str) -> None:
    async with (
        await Sipp.start(
            "registrar_uas",
            tmp_path / "sipp",
            calls=None,
            values={"username": "dora", "password": "right"},
        ) as registrar,
        await Baresip.start(
            "dora",
            tmp_path / "dora",
            tone_hz=600,
            server=f"127.0.0.1:{registrar.port}",
            password=password,
        ) as dora,
    ):
        await dora.event(event)


async def test_a_command_it_does_not_know_is_an_error(carol: Baresip) -> None:
    with pytest.raises(BaresipError, match="dance"):
        await carol.command("dance")


async def test_its_death_reaches_who_waits(carol: Baresip) -> None:
    carol.kill()
    with pytest.raises(BaresipError, match="gone"):
        await carol.event("CALL_INCOMING", within=15)
