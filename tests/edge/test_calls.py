"""Calls through the door, both ways, with scripted peers and workers."""

import asyncio

import pytest

from callserver.model.ports import Refused
from callserver.sip.message import Request, Response
from tests.edge.peers import UdpPeer
from tests.edge.town import ALLOWED_NUMBER, PASSWORD, PHONE, STRANGER, TRUNK, Town, Worker, town
from tests.edge.words import SDP, ask, credentials, reply


def at(peer: UdpPeer) -> str:
    return f"{peer.host}:{peer.port}"


async def ring(here: Town, *more: str) -> tuple[UdpPeer, Worker, Request]:
    """A customer calls through the trunk; the worker has the INVITE."""
    peer, worker = await here.peer(TRUNK), await here.worker()
    peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), *more, body=SDP), here.door)
    return peer, worker, await worker.request("INVITE")


def answers(worker: Worker, here: Town, to: Request, code: int) -> None:
    worker.say(reply(to, code, f"Contact: <sip:tok1@{here.door}>", tag="w"), here.edge.internal)


async def talk(here: Town) -> tuple[UdpPeer, Worker, Response]:
    """A call that is up."""
    peer, worker, invite = await ring(here)
    answers(worker, here, invite, 200)
    ok = await peer.response(200)
    peer.say(
        ask("ACK", f"sip:tok1@{here.door}", at(peer), to=ok.headers["To"], branch="2"), here.door
    )
    await worker.request("ACK")
    return peer, worker, ok


async def test_a_customer_calls_talks_and_hangs_up() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here, "P-Asserted-Identity: <tel:+37167000000>")
        assert invite.body.decode() == SDP
        (arrival,) = here.reception.arrivals
        assert (arrival.dialled, arrival.number) == ("100", "+37167000000")
        assert (arrival.trunk, arrival.agent) == ("provider", None)
        answers(worker, here, invite, 180)
        await peer.response(180)
        answers(worker, here, invite, 200)
        ok = await peer.response(200)
        assert "x-hop" not in str(ok.headers)
        assert here.edge.internal not in str(ok.headers)
        contact = f"sip:tok1@{here.door}"
        peer.say(ask("ACK", contact, at(peer), to=ok.headers["To"], branch="2"), here.door)
        await worker.request("ACK")
        bye = ask("BYE", contact, at(peer), to=ok.headers["To"], branch="3", cseq=2)
        peer.say(bye, here.door)
        answers(worker, here, await worker.request("BYE"), 200)
        assert (await peer.response(200)).method == "BYE"
        assert here.count("INVITE", "forwarded") == 1


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "OPTIONS"])
async def test_requests_of_a_dialog_find_their_worker(method: str) -> None:
    async with town() as here:
        peer, worker, ok = await talk(here)
        to = ok.headers["To"]
        data = ask(method, f"sip:tok1@{here.door}", at(peer), to=to, branch="9", cseq=2)
        peer.say(data, here.door)
        answers(worker, here, await worker.request(method), 200)
        assert (await peer.response(200)).method == method


async def test_a_worker_reaches_its_peer_where_the_packets_came_from() -> None:
    async with town() as here:
        peer, worker = await here.peer(TRUNK), await here.worker()
        hidden = "Contact: <sip:j@10.0.0.1:5060>"
        data = ask("INVITE", f"sip:100@{here.door}", at(peer), hidden, body=SDP)
        peer.say(data, here.door)
        invite = await worker.request("INVITE")
        answers(worker, here, invite, 200)
        await peer.response(200)
        contact = invite.headers["Contact"].strip("<>")
        bye = ask(
            "BYE",
            contact,
            f"127.0.0.1:{worker.port}",
            f"Route: <sip:{here.edge.internal};lr>",
            to=f"{invite.headers['From']}",
            tag="w",
            user="100",
        )
        worker.say(bye, here.edge.internal)
        heard = await peer.request("BYE")
        assert heard.target == "sip:j@10.0.0.1:5060"
        peer.say(reply(heard, 200), here.door)
        back = await worker.response(200)
        assert str(back.vias[0]) == f"SIP/2.0/UDP 127.0.0.1:{worker.port};branch=z9hG4bK-1"


async def test_a_refusal_is_acknowledged_through_the_door() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        answers(worker, here, invite, 486)
        refused = await peer.response(486)
        peer.say(ask("ACK", f"sip:100@{here.door}", at(peer), to=refused.headers["To"]), here.door)
        ack = await worker.request("ACK")
        assert ack.vias[0].branch == invite.vias[0].branch


async def test_a_caller_who_gives_up_is_cancelled_at_the_worker() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        peer.say(ask("CANCEL", f"sip:100@{here.door}", at(peer)), here.door)
        cancel = await worker.request("CANCEL")
        assert cancel.vias[0].branch == invite.vias[0].branch
        answers(worker, here, cancel, 200)
        answers(worker, here, invite, 487)
        assert (await peer.response(200)).method == "CANCEL"
        await peer.response(487)


async def test_a_caller_who_gives_up_before_the_decision_is_forwarded_both() -> None:
    async with town() as here:
        peer, worker = await here.peer(TRUNK), await here.worker()
        here.reception.open.clear()
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP), here.door)
        await here.reception.watch.until("it is asked", lambda: here.reception.arrivals, 5)
        peer.say(ask("CANCEL", f"sip:100@{here.door}", at(peer)), here.door)
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP), here.door)
        await peer.response(100)
        here.reception.open.set()
        invite = await worker.request("INVITE")
        cancel = await worker.request("CANCEL")
        answers(worker, here, cancel, 200)
        answers(worker, here, invite, 487)
        await peer.response(200)
        await peer.response(487)
        assert len(here.reception.arrivals) == 1


async def test_a_caller_who_gives_up_before_a_refusal_gets_487() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        here.reception.open.clear()
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP), here.door)
        await here.reception.watch.until("it is asked", lambda: here.reception.arrivals, 5)
        peer.say(ask("CANCEL", f"sip:100@{here.door}", at(peer)), here.door)
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP), here.door)
        await peer.response(100)
        here.reception.open.set()
        assert (await peer.response(200)).method == "CANCEL"
        await peer.response(487)


async def test_a_full_house_says_when_to_come_back_and_says_the_same_again() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        here.reception.answer = Refused(503, "No Capacity", 10)
        data = ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP)
        peer.say(data, here.door)
        first = await peer.response(503)
        assert first.headers["Retry-After"] == "10"
        await here.worker()  # there is room now, but this caller has been told
        peer.say(data, here.door)
        assert (await peer.response(503)).headers["To"] == first.headers["To"]
        assert len(here.reception.arrivals) == 1


async def test_a_reception_that_fails_is_a_500_for_the_caller() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        here.reception.error = RuntimeError("a fault of ours")
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP), here.door)
        await peer.response(500)


async def test_a_retransmitted_invite_is_one_call_also_after_it() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        data = ask("INVITE", f"sip:100@{here.door}", at(peer), body=SDP)
        peer.say(data, here.door)
        again = await worker.request("INVITE")
        assert again.vias == invite.vias
        answers(worker, here, invite, 486)
        refused = await peer.response(486)
        peer.say(ask("ACK", f"sip:100@{here.door}", at(peer), to=refused.headers["To"]), here.door)
        await worker.request("ACK")
        here.edge.drop_worker("tok1")
        peer.say(data, here.door)
        peer.say(ask("OPTIONS", f"sip:{here.door}", at(peer), call_id="o"), here.door)
        await peer.response(200)
        assert len(here.reception.arrivals) == 1


async def test_the_same_invite_by_another_way_is_a_merged_request() -> None:
    async with town() as here:
        peer, _, _ = await ring(here)
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer), branch="other"), here.door)
        await peer.response(482)


async def test_an_agent_calls_with_a_password() -> None:
    async with town() as here:
        peer, worker = await here.peer(PHONE), await here.worker()
        target = f"sip:100@{here.door}"
        peer.say(ask("INVITE", target, at(peer), user="anna", body=SDP), here.door)
        asked = await peer.response(401)
        peer.say(ask("ACK", target, at(peer), user="anna", to=asked.headers["To"]), here.door)
        line = credentials(asked, "INVITE", "anna", PASSWORD)
        data = ask("INVITE", target, at(peer), line, user="anna", cseq=2, branch="2", body=SDP)
        peer.say(data, here.door)
        invite = await worker.request("INVITE")
        assert invite.headers.get("Authorization") is None
        (arrival,) = here.reception.arrivals
        assert (arrival.agent, arrival.trunk, arrival.number) == ("anna", None, "anna")


async def test_nobody_else_gets_in() -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        target = f"sip:100@{here.door}"
        peer.say(ask("INVITE", target, at(peer)), here.door)
        asked = await peer.response(401)
        for number, user in enumerate(("anna", "nobody"), start=2):
            line = credentials(asked, "INVITE", user, "guessed")
            data = ask("INVITE", target, at(peer), line, cseq=number, branch=str(number))
            peer.say(data, here.door)
            await peer.response(403)
        assert here.reception.arrivals == []
        registry = here.edge.metrics.registry
        assert registry.get_sample_value("callserver_sip_auth_failures_total") == 2


async def test_an_agents_name_is_no_password_even_at_a_trunks_address() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        data = ask("INVITE", f"sip:100@{here.door}", at(peer), user="anna")
        peer.say(data.replace(b"<sip:anna@127.0.0.2>", b"<sip:anna@callserver>"), here.door)
        await peer.response(401)


@pytest.mark.parametrize(
    ("method", "code"), [("BYE", 481), ("INFO", 481), ("CANCEL", 481), ("OPTIONS", 481)]
)
async def test_requests_of_a_dialog_nobody_knows_are_481(method: str, code: int) -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        target = f"sip:gone@{here.door}"
        peer.say(ask("ACK", target, at(peer), to="<sip:x@y>;tag=1", call_id="a"), here.door)
        peer.say(ask(method, target, at(peer), to="<sip:x@y>;tag=1"), here.door)
        await peer.response(code)
        assert here.count("ACK", "dropped") == 1


async def test_who_is_no_worker_is_not_heard_on_the_internal_face() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        worker, liar = await here.worker(), await here.peer("127.0.0.1")
        target = f"sip:{ALLOWED_NUMBER}@{at(peer)}"
        liar.say(ask("INVITE", target, at(liar), call_id="lie"), here.edge.internal)
        worker.say(ask("INVITE", target, at(worker), call_id="true"), here.edge.internal)
        assert (await peer.request("INVITE")).call_id == "true"


async def test_a_worker_hears_at_once_that_there_is_no_way() -> None:
    async with town() as here:
        worker = await here.worker()
        target = f"sip:{ALLOWED_NUMBER}@{TRUNK}:9;transport=tcp"
        worker.say(ask("INVITE", target, at(worker)), here.edge.internal)
        assert (await worker.response(503)).vias[0].port == worker.port


async def test_a_name_that_nobody_has_is_503_and_one_that_exists_is_found() -> None:
    async with town(trunk={"hosts": ["nowhere.invalid", "localhost"]}) as here:
        peer, worker = await here.peer("127.0.0.1"), await here.worker()
        target = f"sip:{ALLOWED_NUMBER}@nowhere.invalid"
        worker.say(ask("INVITE", target, at(worker), call_id="a"), here.edge.internal)
        await worker.response(503)
        target = f"sip:{ALLOWED_NUMBER}@localhost:{peer.port}"
        worker.say(ask("INVITE", target, at(worker), call_id="b"), here.edge.internal)
        assert (await peer.request("INVITE")).target == target


async def test_trunk_targets_are_its_hosts_in_order_with_its_password() -> None:
    async with town() as here:
        first, second = here.edge.trunk_targets("provider", "+371#")
        assert (first.uri, second.uri) == ("sip:+371%23@192.0.2.1", "sip:+371%23@sip.example:5080")
        assert (first.username, first.password) == ("us", "secret")
        assert await asyncio.sleep(0, here.edge.targets("anna")) == ()
