"""SIPp and the softphone, without a server between them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.testing import sipp
from callserver.testing.phone import Phone
from callserver.testing.sipp import Sipp


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with await Phone.start("phone", log_dir=tmp_path) as phone:
        yield phone


async def test_a_customer_calls_presses_keys_talks_and_hangs_up(
    phone: Phone, tmp_path: Path
) -> None:
    async with await Sipp.start(
        "customer_uac",
        tmp_path / "sipp",
        target=phone.address,
        host="127.0.0.2",
        fields=[("100", "+37120000001", "Jane Doe")],
        values=sipp.customer(digits="1#", tone_hz=440, menu_s=0.2, talk_s=1.5),
        times=True,
    ) as customer:
        call = await phone.incoming()
        assert (call.number, call.name) == ("+37120000001", "Jane Doe")
        await call.answer()
        await call.pressed_keys("1#")
        assert [method for _, method in call.pressed] == ["rfc4733"] * 2
        await call.hears(440)
        assert await call.ended() == 200
        result = await customer.finished(timeout=15)
    assert (result.exit_code, result.successful, result.failed) == (0, 1, 0)
    assert result.errors == ""
    (answered,) = result.answer_times()
    assert 0 < answered < 2
    assert [one.first_line.split()[0] for one in result.messages if one.sent] == [
        "INVITE",
        "ACK",
        "BYE",
    ]


async def test_a_customer_notices_that_the_other_side_hung_up(phone: Phone, tmp_path: Path) -> None:
    async with await Sipp.start(
        "customer_uac",
        tmp_path / "sipp",
        target=phone.address,
        fields=[("100", "+37120000001", "Jane Doe")],
        values=sipp.customer(tone_hz=440, menu_s=0.1, talk_s=30),
    ) as customer:
        call = await phone.incoming()
        await call.answer()
        await call.hears(440)
        await call.hang_up()
        result = await customer.finished(timeout=15)
    assert (result.successful, result.failed) == (1, 0)


async def test_a_refused_customer_is_a_failed_call_with_its_reason(
    phone: Phone, tmp_path: Path
) -> None:
    async with await Sipp.start(
        "customer_uac",
        tmp_path / "sipp",
        target=phone.address,
        fields=[("100", "+37120000001", "Jane Doe")],
        values=sipp.customer(tone_hz=440, menu_s=0.1, talk_s=1),
    ) as customer:
        await (await phone.incoming()).reject(486)
        result = await customer.finished(timeout=15)
    assert (result.exit_code, result.successful, result.failed) == (1, 0, 1)
    assert "486" in result.errors


async def test_agents_answer_many_calls_at_once_and_speak(phone: Phone, tmp_path: Path) -> None:
    async with await Sipp.start(
        "agent_uas", tmp_path / "sipp", calls=3, values=sipp.agent(tone_hz=880, answer_s=0.2)
    ) as agents:
        calls = [await phone.call(f"sip:a{n}@127.0.0.1:{agents.port}") for n in range(3)]
        for call in calls:
            await call.ringing()
        await asyncio.gather(*(call.hears(880) for call in calls))
        for call in calls:
            await call.hang_up()
            assert await call.ended() == 200
        result = await agents.finished(timeout=15)
    assert (result.successful, result.failed) == (3, 0)


async def test_an_agent_stops_ringing_when_the_caller_gives_up(
    phone: Phone, tmp_path: Path
) -> None:
    async with await Sipp.start(
        "agent_uas", tmp_path / "sipp", values=sipp.agent(tone_hz=880, answer_s=30)
    ) as agents:
        call = await phone.call(f"sip:a@127.0.0.1:{agents.port}")
        await call.ringing()
        await call.hang_up()
        assert await call.ended() == 487
        result = await agents.finished(timeout=15)
    assert (result.successful, result.failed) == (1, 0)


async def test_agents_can_be_stopped_although_nobody_called(tmp_path: Path) -> None:
    async with await Sipp.start(
        "agent_uas", tmp_path / "sipp", calls=None, values=sipp.agent(tone_hz=880)
    ) as agents:
        result = await agents.stop()
    assert (result.successful, result.failed) == (0, 0)


@pytest.mark.parametrize(("password", "code"), [("right", 200), ("wrong", 403)])
async def test_the_phone_registers_with_digest(
    phone: Phone, tmp_path: Path, password: str, code: int
) -> None:
    async with await Sipp.start(
        "registrar_uas",
        tmp_path / "sipp",
        values={"username": "alice", "password": "right"},
    ) as registrar:
        server = f"127.0.0.1:{registrar.port}"
        assert await phone.register(server, "alice", password) == code
        assert phone.registered is (code == 200)


@pytest.mark.parametrize(("password", "successful"), [("right", 1), ("wrong", 0)])
async def test_sipp_registers_with_digest(tmp_path: Path, password: str, successful: int) -> None:
    async with await Sipp.start(
        "registrar_uas",
        tmp_path / "registrar",
        values={"username": "alice", "password": "right"},
    ) as registrar:
        agent = await Sipp.start(
            "register",
            tmp_path / "agent",
            target=f"127.0.0.1:{registrar.port}",
            fields=[sipp.registration("alice", password)],
            values={"expires": "60"},
        )
        assert (await agent.finished(timeout=15)).successful == successful


def test_a_place_without_a_value_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="answer_ms"):
        sipp.render("agent_uas", tmp_path, {"tone": "x"})


async def test_a_phone_that_was_refused_tries_again_with_the_right_password(
    phone: Phone, tmp_path: Path
) -> None:
    async with await Sipp.start(
        "registrar_uas",
        tmp_path / "sipp",
        calls=None,
        values={"username": "alice", "password": "right"},
    ) as registrar:
        server = f"127.0.0.1:{registrar.port}"
        for password, code in (("wrong", 403), ("right", 200), ("wrong", 403), ("right", 200)):
            assert await phone.register(server, "alice", password) == code
