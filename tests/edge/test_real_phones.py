"""Phones that nobody here wrote: PJSIP, baresip, SIPp."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from callserver.model.facts import PhoneRegistered
from callserver.testing.phone import Phone
from callserver.testing.ports import free_port
from callserver.testing.sipp import Sipp, registration
from tests.edge.town import PASSWORD, PHONE, Town, town
from tests.scenarios.house import CUSTOMER_HZ, open_house

BARESIP = """module_path /usr/lib/baresip/modules
module g711.so
module_tmp account.so
module_app menu.so
sip_listen 127.0.0.3:{port}
"""


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_pjsip_registers_with_sha_256_and_leaves(
    transport: Literal["udp", "tcp"], tmp_path: Path
) -> None:
    async with town(digests=["SHA-256"]) as here:
        phone = await Phone.start("anna", host=PHONE, transport=transport, log_dir=tmp_path)
        try:
            assert await phone.register(here.door, "anna", "wrong") == 403
            assert await phone.register(here.door, "anna", PASSWORD) == 200
            assert here.edge.phones("anna") == 1
            assert await phone.unregister() == 200
            assert here.edge.phones("anna") == 0
        finally:
            await phone.close()


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_sipp_registers_with_md5(transport: Literal["u1", "t1"], tmp_path: Path) -> None:
    async with town(digests=["MD5", "SHA-256"]) as here:
        sipp = await Sipp.start(
            "register",
            tmp_path,
            target=here.door,
            host=PHONE,
            transport=transport,
            fields=[registration("anna", PASSWORD)],
            values={"expires": "300"},
        )
        result = await sipp.finished(timeout=20)
        assert result.failed == 0, result.errors
        (fact,) = [fact for fact in here.facts if isinstance(fact, PhoneRegistered)]
        assert fact.agent == "anna"


async def baresip(here: Town, folder: Path, password: str, until: bytes) -> None:
    """Run baresip until it says something, then end it."""
    (folder / "config").write_text(BARESIP.format(port=free_port()))
    (folder / "accounts").write_text(
        f"<sip:anna@{here.door}>;auth_user=anna;auth_pass={password};regint=120\n"
    )
    process = await asyncio.create_subprocess_exec(
        "baresip",
        "-f",
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(10):
            await process.stdout.readuntil(until)
    finally:
        process.terminate()
        await process.communicate()


async def test_baresip_gives_up_at_sha_256_comes_back_and_is_let_in(tmp_path: Path) -> None:
    async with town() as here:
        await baresip(here, tmp_path, PASSWORD, b"Register: Function not implemented")
        assert here.facts == []
        await baresip(here, tmp_path, PASSWORD, b"200 OK")
        assert isinstance(here.facts[0], PhoneRegistered)
        await baresip(here, tmp_path, "wrong", b"403 Forbidden")


async def test_a_phone_on_tcp_is_called_holds_and_hangs_up_over_its_connection(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        phone = await house.agent("anna", host=PHONE, transport="tcp")
        customer, agent = await house.talking("anna")
        await agent.hold()
        await customer.hears_sound()
        await agent.resume()
        await agent.hears(CUSTOMER_HZ)
        await agent.hang_up()
        assert await customer.ended() == 200
        assert (await house.record())["reason"] == "agent_hung_up"
        assert phone.transport == "tcp"
