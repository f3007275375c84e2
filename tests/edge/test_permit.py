"""Where workers may call, whoever talked them into it."""

import pytest

from callserver.config import Config
from callserver.edge.permit import Permit
from callserver.metrics import Metrics
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.message import Request, parse
from tests.edge.peers import TcpPeer
from tests.edge.test_calls import at
from tests.edge.test_register import register, sign_in
from tests.edge.town import ALLOWED_NUMBER, PASSWORD, PHONE, STRANGER, TRUNK, Town, Worker, town
from tests.edge.words import ask, credentials

PREMIUM = "+19005550100"


def denied(here: Town) -> float:
    value = here.edge.metrics.registry.get_sample_value(
        "callserver_dialling_denied_total", {"why": "door"}
    )
    return value or 0.0


async def calls(here: Town, worker: Worker, target: str, *more: str) -> None:
    worker.say(ask("INVITE", target, at(worker), *more), here.edge.internal)


async def test_a_worker_calls_a_number_at_a_trunk_that_may_be_dialled() -> None:
    async with town() as here:
        trunk, worker = await here.peer(TRUNK), await here.worker()
        await calls(here, worker, f"sip:{ALLOWED_NUMBER}@{at(trunk)}")
        assert (await trunk.request("INVITE")).uri.user == ALLOWED_NUMBER
        assert denied(here) == 0


@pytest.mark.parametrize(
    "target",
    [
        "sip:{number}@{trunk}",
        "sip:{number}@{trunk};transport=tcp",
        "sip:anna@{phone};x-hop=udp*{trunk_hop}",
        "sip:{number}@192.0.2.1",
        "sip:{number}@SIP.example:5080",
        "sip:{trunk}",
    ],
)
async def test_a_number_that_may_not_be_dialled_does_not_leave_for_a_trunk(target: str) -> None:
    async with town() as here:
        phone, trunk, worker = await here.peer(PHONE), await here.peer(TRUNK), await here.worker()
        await sign_in(here, phone)
        hop = at(trunk).replace(":", "*")
        uri = target.format(number=PREMIUM, trunk=at(trunk), phone=at(phone), trunk_hop=hop)
        await calls(here, worker, uri)
        assert (await worker.response(403)).vias[0].port == worker.port
        assert denied(here) == 1
        await calls(here, worker, f"sip:{ALLOWED_NUMBER}@{at(trunk)}")
        assert (await trunk.request("INVITE")).uri.user == ALLOWED_NUMBER


async def test_a_route_to_a_trunk_is_a_call_to_the_trunk() -> None:
    async with town() as here:
        phone, trunk, worker = await here.peer(PHONE), await here.peer(TRUNK), await here.worker()
        await sign_in(here, phone)
        (target,) = here.edge.targets("anna")
        await calls(here, worker, target.uri, f"Route: <sip:{at(trunk)};lr>")
        await worker.response(403)
        assert trunk.raw.empty()


async def test_a_phone_whose_contact_names_a_trunk_is_rung_itself() -> None:
    """Who has stolen a password may register such a Contact, and wait for the queue to dial it."""
    async with town() as here:
        phone, trunk, worker = await here.peer(PHONE), await here.peer(TRUNK), await here.worker()
        await sign_in(here, phone, f"Contact: <sip:{PREMIUM}@{at(trunk)}>")
        (target,) = here.edge.targets("anna")
        await calls(here, worker, target.uri)
        assert (await phone.request("INVITE")).uri.user == PREMIUM
        assert trunk.raw.empty()


@pytest.mark.parametrize("hop", ["", ";x-hop=udp*{hop}"])
async def test_where_no_phone_is_registered_nobody_is_called(hop: str) -> None:
    async with town() as here:
        stranger, worker = await here.peer(STRANGER), await here.worker()
        mark = hop.format(hop=at(stranger).replace(":", "*"))
        await calls(here, worker, f"sip:{ALLOWED_NUMBER}@{at(stranger)}{mark}")
        await worker.response(403)
        assert stranger.raw.empty()
        assert denied(here) == 1


async def test_a_phone_that_came_back_over_another_connection_is_found() -> None:
    contact = f"Contact: <sip:anna@{PHONE}:9;transport=tcp>"
    async with town() as here:
        worker = await here.worker()
        uri = ""
        for first in (1, 3):
            phone = await TcpPeer.to(here.door, PHONE)
            phone.say(register(phone, first, contact))
            line = credentials(await phone.response(401), "REGISTER", "anna", PASSWORD)
            phone.say(register(phone, first + 1, contact, line))
            await phone.response(200)
            uri = uri or here.edge.targets("anna")[0].uri
            if first == 1:
                await phone.close()
        await calls(here, worker, uri)
        await phone.request("INVITE")
        await phone.close()


@pytest.mark.parametrize(
    ("target", "way", "may"),
    [
        ("sip:200@PBX.example:5070", "pbx.example", True),
        ("sip:201@pbx.example:5070", "pbx.example", False),
        ("sip:200@provider.example", "provider.example", False),
    ],
)
def test_a_place_is_called_at_its_own_trunk_and_nobody_else_there(
    target: str, way: str, may: bool
) -> None:
    config = Config.model_validate(
        {
            "trunks": {
                "pbx": {"hosts": ["pbx.example:5070"]},
                "provider": {"hosts": ["provider.example"]},
            },
            "places": {"reception": {"trunk": "pbx", "user": "200"}},
        }
    )
    permit = Permit(config, lambda number: False, lambda hop: False, Metrics())
    invite = parse(ask("INVITE", target, "127.0.0.1:5999"))
    assert isinstance(invite, Request)
    try:
        permit.check(invite, "w", None, [Hop("udp", way, 5070)])
    except SipError as error:
        assert not may
        assert error.code == 403
    else:
        assert may
