"""A worker's process dies; its peers hear it from the door."""

from callserver.sip.message import Request
from tests.edge.peers import TcpPeer, UdpPeer
from tests.edge.test_calls import answers, at, ring, talk
from tests.edge.test_register import sign_in
from tests.edge.town import PHONE, TRUNK, Town, Worker, town
from tests.edge.words import SDP, ask, reply


async def test_both_sides_of_a_conversation_get_bye_and_it_is_repeated_until_answered() -> None:
    async with town() as here:
        customer, worker, _ = await talk(here)
        agent, invite = await dial(here, worker)
        agent.say(reply(invite, 200, f"Contact: <sip:anna@{at(agent)}>", tag="a"), here.door)
        await worker.response(200)
        here.edge.drop_worker("tok1")
        for peer in (customer, agent):
            first = await peer.request("BYE")
            again = await peer.request("BYE")
            assert bytes(first) == bytes(again)
            peer.say(reply(again, 200), here.door)
            peer.say(ask("OPTIONS", f"sip:{here.door}", at(peer), call_id="o"), here.door)
            await peer.response(200)
        for peer in (customer, agent):
            bye = ask("BYE", f"sip:tok1@{here.door}", at(peer), to="<sip:x@y>;tag=z", call_id="n")
            peer.say(bye, here.door)
            await peer.response(481)


async def dial(here: Town, worker: Worker) -> tuple[UdpPeer, Request]:
    """The worker calls an agent; the phone has the INVITE."""
    agent = await here.peer(PHONE)
    await sign_in(here, agent)
    (target,) = here.edge.targets("anna")
    contact = f"Contact: <sip:tok1@{here.door}>"
    route = f"Route: <sip:{here.edge.internal};lr>"
    data = ask("INVITE", target.uri, at(worker), contact, route, call_id="out")
    worker.say(data, here.edge.internal)
    return agent, await agent.request("INVITE")


async def test_a_phone_that_rings_stops_ringing() -> None:
    async with town() as here:
        worker = await here.worker()
        agent, invite = await dial(here, worker)
        agent.say(reply(invite, 180, tag="a"), here.door)
        await worker.response(180)
        here.edge.drop_worker("tok1")
        cancel = await agent.request("CANCEL")
        assert cancel.vias[0].branch == invite.vias[0].branch
        agent.say(reply(cancel, 200, tag="a"), here.door)
        agent.say(reply(invite, 487, tag="a"), here.door)
        ack = await agent.request("ACK")
        assert (ack.to_tag, ack.vias[0].branch) == ("a", invite.vias[0].branch)


async def test_a_phone_that_answers_in_that_moment_is_hung_up() -> None:
    async with town() as here:
        worker = await here.worker()
        agent, invite = await dial(here, worker)
        here.edge.drop_worker("tok1")
        agent.say(reply(invite, 200, f"Contact: <sip:anna@{at(agent)}>", tag="a"), here.door)
        await agent.request("ACK")
        bye = await agent.request("BYE")
        assert (bye.to_tag, bye.cseq) == ("a", 2)


async def test_a_caller_who_is_not_answered_yet_is_refused() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        answers(worker, here, invite, 180)
        ringing = await peer.response(180)
        here.edge.drop_worker("tok1")
        refused = await peer.response(503)
        assert refused.to_tag == ringing.to_tag
        peer.say(ask("ACK", f"sip:100@{here.door}", at(peer), to=refused.headers["To"]), here.door)
        peer.say(ask("OPTIONS", f"sip:{here.door}", at(peer), call_id="o"), here.door)
        await peer.response(200)


async def test_a_worker_that_ended_its_calls_leaves_in_silence() -> None:
    async with town() as here:
        peer, worker, ok = await talk(here)
        to = ok.headers["To"]
        data = ask("BYE", f"sip:tok1@{here.door}", at(peer), to=to, branch="3", cseq=2)
        peer.say(data, here.door)
        answers(worker, here, await worker.request("BYE"), 200)
        await peer.response(200)
        here.edge.drop_worker("tok1")
        peer.say(ask("OPTIONS", f"sip:{here.door}", at(peer), call_id="o"), here.door)
        await peer.response(200)
        assert peer.raw.empty()


async def test_a_phone_on_a_connection_gets_its_bye_over_it() -> None:
    async with town() as here:
        worker = await here.worker()
        async with await TcpPeer.to(here.door, TRUNK) as phone:
            place = f"{phone.host}:{phone.port}"
            data = ask("INVITE", f"sip:100@{here.door}", place, transport="TCP", body=SDP)
            phone.say(data)
            answers(worker, here, await worker.request("INVITE"), 200)
            ok = await phone.response(200)
            here.edge.drop_worker("tok1")
            bye = await phone.request("BYE")
            assert (bye.from_tag, bye.vias[0].transport) == (ok.to_tag, "TCP")
