"""Phones over TLS with encrypted sound take routed calls, and plain ones still do."""

from pathlib import Path
from typing import Any, Literal

import pytest

from callserver.testing import frequency, wav
from callserver.testing.baresip import Baresip
from callserver.testing.certificates import Files, make
from callserver.testing.ports import free_port
from callserver.testing.rig import LINE
from tests.scenarios.house import CUSTOMER_HZ, PASSWORD, House, open_house

CAROL_HZ = 600


async def phone(
    house: House, files: Files, tls: int, srtp: Literal["", "srtp", "srtp-mand"]
) -> Baresip:
    """carol's baresip, registered over TLS."""
    await house.rig.add_agent("carol", PASSWORD)
    carol = await Baresip.start(
        "carol",
        house.folder / "carol",
        tone_hz=CAROL_HZ,
        server=f"127.0.0.1:{tls}",
        password=PASSWORD,
        authority=files.certificate,
        srtp=srtp,
    )
    await carol.event("REGISTER_OK")
    await house.agent_is("carol", "ready")
    return carol


def settings(files: Files, tls: int, **rtp: Any) -> dict[str, Any]:
    # baresip 1.0 gives up at the first digest it does not know.
    return {"sip": {"digests": ["MD5"], **files.settings(tls)}, "rtp": rtp}


@pytest.mark.parametrize("srtp", ["srtp-mand", "srtp", ""])
async def test_a_phone_on_tls_talks_as_encrypted_as_it_can(
    srtp: Literal["", "srtp", "srtp-mand"], tmp_path: Path
) -> None:
    files, tls = await make(tmp_path / "tls"), free_port()
    async with open_house(tmp_path, settings(files, tls)) as house:
        async with await phone(house, files, tls, srtp) as carol:
            customer = await house.waiting_customer()
            await carol.event("CALL_INCOMING", within=10)
            await carol.accept()
            await customer.hears(CAROL_HZ)
            await carol.hears(CUSTOMER_HZ)
            await carol.hold()
            await customer.hears_sound()
            await carol.resume()
            await customer.hears(CAROL_HZ)
            await carol.hang_up()
            assert await customer.ended() == 200
        record = await house.record()
        assert encrypted(record) == {"customer": False, "agent": bool(srtp)}
        sound = wav.read(await house.recording(record["id"]))
        for channel, hertz in zip(sound.channels, (CUSTOMER_HZ, CAROL_HZ), strict=True):
            heard = frequency.windows(channel, sound.rate)
            assert sum(one.dominated_by(hertz) for one in heard) >= 3


def encrypted(record: dict[str, Any]) -> dict[str, bool]:
    return {leg["leg"]: leg["media"]["srtp"] for leg in record["legs"]}


@pytest.mark.parametrize(("mode", "taken"), [("asked", True), ("required", True), ("off", False)])
async def test_who_asks_for_encrypted_sound_gets_it_unless_it_is_off(
    mode: str, taken: bool, tmp_path: Path
) -> None:
    files, tls = await make(tmp_path / "tls"), free_port()
    async with (
        open_house(tmp_path, settings(files, tls, srtp=mode)) as house,
        await phone(house, files, tls, "srtp-mand") as carol,
    ):
        await carol.dial(f"sip:{LINE}@127.0.0.1:{tls};transport=tls")
        if taken:
            await carol.event("CALL_ESTABLISHED", within=10)
            await carol.hears_sound()
            await carol.hang_up()
            assert encrypted(await house.record()) == {"customer": True}
        else:
            closed = await carol.event("CALL_CLOSED", within=10)
            assert "488" in closed["param"]


async def test_a_phone_without_encryption_is_not_rung_where_it_is_required(tmp_path: Path) -> None:
    files, tls = await make(tmp_path / "tls"), free_port()
    async with (
        open_house(tmp_path, settings(files, tls, srtp="required")) as house,
        await phone(house, files, tls, ""),
    ):
        await house.waiting_customer()
        await house.agent_is("carol", "paused", "declined", within=10)
