"""Phones come and go."""

import asyncio

import pytest

from callserver.model.facts import PhoneRegistered, PhoneUnregistered
from callserver.sip.message import Response
from callserver.testing.store import MemoryStore
from tests.edge.peers import TcpPeer, UdpPeer
from tests.edge.town import PASSWORD, PHONE, Town, town
from tests.edge.words import ask, credentials, reply


def register(peer: UdpPeer | TcpPeer, cseq: int, *more: str, user: str = "anna") -> bytes:
    return ask(
        "REGISTER",
        "sip:callserver",
        f"{peer.host}:{peer.port}",
        *more,
        user=user,
        to=f"<sip:{user}@callserver>",
        call_id=f"reg-{user}",
        cseq=cseq,
        branch=f"r{cseq}",
        transport="TCP" if isinstance(peer, TcpPeer) else "UDP",
    )


async def sign_in(
    here: Town,
    peer: UdpPeer,
    *more: str,
    cseq: int = 1,
    algorithm: str = "SHA-256",
    user: str = "anna",
) -> Response:
    peer.say(register(peer, cseq, *more, user=user), here.door)
    asked = await peer.response(401)
    line = credentials(asked, "REGISTER", user, PASSWORD, algorithm)
    peer.say(register(peer, cseq + 1, line, *more, user=user), here.door)
    return await peer.response(200)


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
async def test_a_phone_registers_with_its_password(algorithm: str) -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        ok = await sign_in(here, peer, "Expires: 120", algorithm=algorithm)
        assert ok.headers["Contact"] == f"<sip:anna@{PHONE}:{peer.port}>;expires=120"
        (target,) = here.edge.targets("anna")
        assert target.uri == f"sip:anna@{PHONE}:{peer.port};x-hop=udp*{PHONE}*{peer.port}"
        assert here.edge.phones("anna") == 1
        (fact,) = here.facts
        assert isinstance(fact, PhoneRegistered)
        assert (fact.agent, fact.contacts) == ("anna", 1)


async def test_a_refresh_is_no_news_and_leaving_is() -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        await sign_in(here, peer)
        await sign_in(here, peer, cseq=3)
        await sign_in(here, peer, "Expires: 0", cseq=5)
        assert [type(fact) for fact in here.facts] == [PhoneRegistered, PhoneUnregistered]
        assert here.edge.phones("anna") == 0


async def test_a_wrong_password_is_refused_and_counted() -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        peer.say(register(peer, 1), here.door)
        asked = await peer.response(401)
        line = credentials(asked, "REGISTER", "anna", "wrong")
        peer.say(register(peer, 2, line), here.door)
        await peer.response(403)
        registry = here.edge.metrics.registry
        assert registry.get_sample_value("callserver_sip_auth_failures_total") == 1
        assert here.edge.phones("anna") == 0


async def test_nobody_registers_for_somebody_else() -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        peer.say(register(peer, 1, user="boris"), here.door)
        line = credentials(await peer.response(401), "REGISTER", "anna", PASSWORD)
        peer.say(register(peer, 2, line, user="boris"), here.door)
        await peer.response(403)


@pytest.mark.parametrize(
    ("line", "code"), [("Expires: 5", 423), ("Require: gruu", 420), ("Contact: <sips:a@b>", 416)]
)
async def test_wishes_we_do_not_grant(line: str, code: int) -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        peer.say(register(peer, 1), here.door)
        asked = await peer.response(401)
        answer = credentials(asked, "REGISTER", "anna", PASSWORD)
        peer.say(register(peer, 2, answer, line), here.door)
        refused = await peer.response(code)
        if code == 423:
            assert refused.headers["Min-Expires"] == "60"
        if code == 420:
            assert refused.headers["Unsupported"] == "gruu"


async def test_registrations_survive_a_restart_without_news() -> None:
    store = MemoryStore()
    async with town(store) as here:
        await sign_in(here, await here.peer(PHONE))
    async with town(store) as here:
        assert here.edge.phones("anna") == 1
        assert here.facts == []


async def test_a_broken_store_keeps_no_phone_waiting() -> None:
    store = MemoryStore()
    async with town(store) as here:
        store.error = "locked"
        await sign_in(here, await here.peer(PHONE))
        assert here.edge.phones("anna") == 1
        store.error = ""
    async with town(store) as here:
        assert here.edge.phones("anna") == 1


async def test_a_registration_that_runs_out_is_noticed() -> None:
    async with town(min_expires_s=1) as here:
        await sign_in(here, await here.peer(PHONE), "Expires: 1")
        await here.watch.until("it is over", lambda: len(here.facts) == 2, 5)
        assert isinstance(here.facts[1], PhoneUnregistered)
        assert here.edge.targets("anna") == ()


async def test_a_phone_on_a_connection_is_called_over_it_and_gone_with_it() -> None:
    async with town() as here:
        worker = await here.worker()
        async with await TcpPeer.to(here.door, PHONE) as phone:
            phone.say(register(phone, 1))
            line = credentials(await phone.response(401), "REGISTER", "anna", PASSWORD)
            phone.say(register(phone, 2, line))
            await phone.response(200)
            (target,) = here.edge.targets("anna")
            assert target.uri.endswith(f";x-hop=tcp*{PHONE}*{phone.port}")
            route = f"Route: <sip:{here.edge.internal};lr>"
            contact = f"Contact: <sip:tok1@{here.door}>"
            data = ask("INVITE", target.uri, f"127.0.0.1:{worker.port}", route, contact)
            worker.say(data, here.edge.internal)
            invite = await phone.request("INVITE")
            assert "x-hop" not in str(invite.headers)
            assert invite.headers["Contact"] == f"<sip:tok1@{here.door};transport=tcp>"
            phone.say(reply(invite, 200, "Contact: <sip:anna@10.0.0.9>", tag="p"))
            ok = await worker.response(200)
            reach = ok.headers["Contact"].strip("<>")
            bye = ask("BYE", reach, f"127.0.0.1:{worker.port}", route, to=ok.headers["To"], cseq=2)
            worker.say(bye, here.edge.internal)
            assert (await phone.request("BYE")).target == "sip:anna@10.0.0.9"
        await here.watch.until("it is gone", lambda: len(here.facts) == 2, 5)
        assert here.edge.phones("anna") == 0


async def test_phones_on_connections_stay_registered_when_we_restart() -> None:
    store = MemoryStore()
    async with town(store) as here:
        phone = await TcpPeer.to(here.door, PHONE)
        phone.say(register(phone, 1))
        line = credentials(await phone.response(401), "REGISTER", "anna", PASSWORD)
        phone.say(register(phone, 2, line))
        await phone.response(200)
    await phone.close()
    async with town(store) as here:
        assert here.edge.phones("anna") == 1


async def test_the_way_to_a_phone_behind_nat_is_kept_open_and_others_are_left_alone() -> None:
    async with town() as here:
        hidden, plain = await here.peer(PHONE), await here.peer(PHONE)
        await sign_in(here, hidden, "Contact: <sip:anna@10.0.0.9:5060>")
        await sign_in(here, plain, user="boris")
        here.edge.keep_alive()
        assert await hidden.hear_raw() == b"\r\n\r\n"
        assert plain.raw.empty()
        hidden.say(b"\r\n", here.door)


async def test_the_newest_phone_is_called_first() -> None:
    async with town() as here:
        for number in range(2):
            peer = await here.peer(PHONE)
            contact = f"Contact: <sip:anna{number}@{PHONE}:{peer.port}>"
            data = register(peer, 1, contact).replace(b"reg-anna", f"reg-{number}".encode())
            peer.say(data, here.door)
            line = credentials(await peer.response(401), "REGISTER", "anna", PASSWORD)
            data = register(peer, 2, line, contact).replace(b"reg-anna", f"reg-{number}".encode())
            peer.say(data, here.door)
            await peer.response(200)
            await asyncio.sleep(0)
        users = [target.uri.partition("@")[0] for target in here.edge.targets("anna")]
        assert users == ["sip:anna1", "sip:anna0"]
