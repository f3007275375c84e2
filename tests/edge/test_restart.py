"""The door is shut and another one opens: running calls can still be ended from every side."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from callserver.model.dialogs import KeptDialog
from callserver.sip.message import Request
from callserver.testing.store import MemoryStore
from callserver.testing.watch import Watch
from tests.edge.peers import TcpPeer, UdpPeer
from tests.edge.test_calls import answers, at, ring, talk
from tests.edge.test_farewell import dial
from tests.edge.test_tls import register, tls_town, trusting
from tests.edge.town import PHONE, Town, Worker, town
from tests.edge.words import ask, reply


class WatchedStore(MemoryStore):
    """Tells when dialogs were written."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.writes = 0

    async def change_dialogs(
        self, changed: Sequence[KeptDialog], over: Sequence[tuple[str, str]]
    ) -> None:
        await super().change_dialogs(changed, over)
        self.writes += 1
        self.watch.changed()

    async def holds(self, count: int) -> None:
        """Until so many dialogs are kept."""
        await self.watch.until(f"{count} dialogs", lambda: len(self._dialogs) == count, 5)


async def conversation(here: Town) -> tuple[UdpPeer, UdpPeer, Worker, str]:
    """Customer, agent, their worker; and the To of the customer's requests."""
    customer, worker, ok = await talk(here)
    agent, invite = await dial(here, worker)
    agent.say(reply(invite, 200, f"Contact: <sip:anna@{at(agent)}>", tag="a"), here.door)
    await worker.response(200)
    return customer, agent, worker, ok.headers["To"]


async def test_who_hangs_up_after_a_restart_is_heard_by_the_worker() -> None:
    async with town() as here:
        customer, agent, worker, to = await conversation(here)
        await here.restart(worker)
        bye = ask("BYE", f"sip:tok1@{here.door}", at(customer), to=to, branch="9", cseq=2)
        customer.say(bye, here.door)
        answers(worker, here, await worker.request("BYE"), 200)
        await customer.response(200)
        target = f"sip:anna@{at(agent)}"
        route = f"Route: <sip:{here.edge.internal};lr>"
        bye = ask("BYE", target, at(worker), route, to=f"<{target}>;tag=a", call_id="out", cseq=2)
        worker.say(bye, here.edge.internal)
        agent.say(reply(await agent.request("BYE"), 200), here.door)
        await worker.response(200)
        assert here.edge.dialogs.open_workers() == set()


async def test_a_worker_that_dies_after_the_restart_has_both_sides_hear_bye() -> None:
    async with town() as here:
        customer, agent, worker, to = await conversation(here)
        await here.restart(worker)
        here.edge.drop_worker("tok1")
        to_customer, to_agent = await customer.request("BYE"), await agent.request("BYE")
        assert to_customer.headers["From"] == to
        assert (to_agent.to_tag, to_agent.cseq) == ("a", 2)


async def test_a_worker_that_died_with_the_controller_has_both_sides_hear_bye() -> None:
    async with town() as here:
        customer, agent, _, _ = await conversation(here)
        await here.restart()
        for peer in (customer, agent):
            await peer.request("BYE")


async def test_a_phone_that_rings_when_all_dies_stops_ringing() -> None:
    async with town() as here:
        worker = await here.worker()
        agent, invite = await dial(here, worker)
        agent.say(reply(invite, 180, tag="a"), here.door)
        await worker.response(180)
        await here.restart()
        cancel = await agent.request("CANCEL")
        assert (cancel.target, cancel.vias) == (invite.target, invite.vias)


async def test_a_caller_who_waits_for_an_answer_when_all_dies_gets_one() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        answers(worker, here, invite, 180)
        ringing = await peer.response(180)
        await here.restart()
        refused = await peer.response(503)
        assert (refused.to_tag, refused.vias) == (ringing.to_tag, ringing.vias)


async def test_a_caller_who_gives_up_after_a_restart_is_cancelled_at_the_worker() -> None:
    async with town() as here:
        peer, worker, invite = await ring(here)
        await here.restart(worker)
        peer.say(ask("CANCEL", f"sip:100@{here.door}", at(peer)), here.door)
        cancel = await worker.request("CANCEL")
        assert cancel.vias[0].branch == invite.vias[0].branch
        answers(worker, here, invite, 487)
        refused = await peer.response(487)
        peer.say(ask("ACK", f"sip:100@{here.door}", at(peer), to=refused.headers["To"]), here.door)
        await worker.request("ACK")


async def test_a_copy_of_an_invite_after_a_restart_is_no_second_call() -> None:
    async with town() as here:
        peer, worker, _ = await ring(here)
        await here.restart(worker)
        peer.say(ask("INVITE", f"sip:100@{here.door}", at(peer)), here.door)
        await worker.request("INVITE")
        assert len(here.reception.arrivals) == 1


async def test_dialogs_are_kept_while_they_run_and_not_longer() -> None:
    store = WatchedStore()
    async with town(store) as here:
        customer, agent, worker, to = await conversation(here)
        await store.holds(2)
        assert all("inline" not in one.state for one in await store.dialogs())
        bye = ask("BYE", f"sip:tok1@{here.door}", at(customer), to=to, branch="9", cseq=2)
        customer.say(bye, here.door)
        answers(worker, here, await worker.request("BYE"), 200)
        await store.holds(1)
        here.edge.drop_worker("tok1")
        agent.say(reply(await agent.request("BYE"), 200), here.door)
        await store.holds(0)


async def test_a_store_that_is_broken_holds_no_call_up_and_gets_the_last_word() -> None:
    store = WatchedStore()
    async with town(store) as here:
        store.error = "disk full"
        customer, agent, worker, _ = await conversation(here)
        store.error = ""
        await here.restart(worker)  # writes what waits
        assert store.writes == 1
        here.edge.drop_worker("tok1")
        await customer.request("BYE")
        await agent.request("BYE")


async def test_what_another_version_wrote_is_thrown_away() -> None:
    store = WatchedStore()
    await store.open()
    await store.change_dialogs([KeptDialog("a", "b", "tok1", '{"unknown": 1}')], [])
    async with town(store):
        await store.holds(0)


async def call_over_tls(here: Town, phone: TcpPeer, worker: Worker) -> tuple[Request, str]:
    """anna's phone registers and is in a call; the INVITE it got, and the target of requests."""
    contact = f"sip:anna@{PHONE}:{phone.port};transport=tls"
    await register(phone, here, contact)
    (target,) = here.edge.targets("anna")
    own, route = f"Contact: <sip:tok1@{here.door}>", f"Route: <sip:{here.edge.internal};lr>"
    worker.say(ask("INVITE", target.uri, at(worker), own, route, call_id="out"), here.edge.internal)
    invite = await phone.request("INVITE")
    phone.say(reply(invite, 200, f"Contact: <{contact}>", tag="a"))
    await worker.response(200)
    return invite, target.uri


@pytest.mark.parametrize("worker_lives", [True, False])
async def test_a_phone_on_tls_that_comes_back_over_another_connection_hears_the_bye(
    worker_lives: bool, tmp_path: Path
) -> None:
    async with tls_town(tmp_path) as (here, files):
        worker = await here.worker()
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone:
            _, target = await call_over_tls(here, phone, worker)
            await here.restart(*[worker] * worker_lives)
        route = f"Route: <sip:{here.edge.internal};lr>"
        bye = ask("BYE", target, at(worker), route, to="<sip:x@y>;tag=a", call_id="out", cseq=2)
        if worker_lives:
            worker.say(bye, here.edge.internal)  # the phone is not back yet: nothing is answered
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone:
            await register(phone, here, f"sip:anna@{PHONE}:{phone.port};transport=tls", first=3)
            if worker_lives:
                worker.say(bye, here.edge.internal)
            heard = await phone.request("BYE")
            assert (heard.to_tag, heard.cseq) == ("a", 2)
            phone.say(reply(heard, 200))
            if worker_lives:
                await worker.response(200)
