"""Consultations, transfers and supervisors over the API, with real phones: who hears whose tone."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from callserver.testing import frequency, wav
from callserver.testing.phone import Phone
from callserver.testing.ports import free_port
from callserver.testing.rig import CUSTOMER_HOST, RigError, eventually
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, PASSWORD, House, open_house

BOB_HZ, BOSS_HZ = 1400, 1800


async def running_call(house: House) -> str:
    (live,) = (await house.rig.api.get("/api/v1/calls/live"))["items"]
    return str(live["call"])


async def kinds(house: House, call: str) -> list[str]:
    facts = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
    return [fact["kind"] for fact in facts]


async def act(house: House, call: str, what: str, body: Any = None) -> dict[str, Any]:
    answer: dict[str, Any] = await house.rig.api.post(f"/api/v1/calls/{call}/talk/{what}", body)
    return answer


def agent(name: str) -> dict[str, str]:
    return {"kind": "agent", "name": name}


async def test_an_agent_asks_a_colleague_comes_back_and_leaves_the_two_alone(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, {"agents": {"wrap_up_s": 1.0}}) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        talk = await act(house, call, "consult", agent("bob"))
        assert talk["third"] == {"kind": "agent", "name": "bob", "blind": False, "up": False}
        bob = await bob_phone.incoming()
        assert bob.number == "alice"
        await asyncio.gather(customer.hears_other_than(AGENT_HZ), alice.hears(425))
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(
            bob.hears(AGENT_HZ), alice.hears(BOB_HZ), customer.hears_other_than(BOB_HZ)
        )
        await house.agent_is("alice", "consult")
        await house.agent_is("bob", "busy")
        assert (await act(house, call, "swap"))["between"] == "customer"
        await house.agent_is("alice", "talking")
        await asyncio.gather(
            customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ), bob.hears_other_than(AGENT_HZ)
        )
        assert (await act(house, call, "merge"))["between"] == "all"
        await alice.silence()
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        assert (await act(house, call, "complete"))["agent"] == "bob"
        assert await alice.ended() == 200
        await asyncio.gather(customer.hears(BOB_HZ, for_s=1.0), bob.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "ready")
        await house.agent_is("bob", "talking")
        await customer.hang_up()
        assert await bob.ended() == 200
        await house.agent_is("bob", "wrap_up")
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        assert record["agent"] == "bob"
        assert [leg["agent"] for leg in record["legs"]] == ["alice", None, "bob"]
        told = [kind for kind in await kinds(house, call) if "consult" in kind or "conf" in kind]
        assert told == [
            "consult_started",
            "consult_answered",
            "consult_swapped",
            "conference_started",
        ]
        both = wav.read(await house.recording(call))
        assert frequency.share(both.channels[0], CUSTOMER_HZ, both.rate) > 0.8
        assert frequency.judge(both.channels[1][-4000:], both.rate).dominated_by(BOB_HZ)
        await house.is_quiet()


async def test_a_colleague_who_does_not_answer_is_given_up_and_the_two_talk_again(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "consult", agent("bob"))
        bob = await bob_phone.incoming()
        await house.rig.api.delete(f"/api/v1/calls/{call}/talk/consult")
        await bob.ended()
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await act(house, call, "consult", agent("bob"))
        await (await bob_phone.incoming()).reject(486)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await customer.hang_up()
        await house.is_quiet()


async def test_a_call_given_away_blindly_reaches_the_colleague_and_frees_the_agent(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "transfer", agent("bob"))
        assert await alice.ended() == 200
        await house.agent_is("alice", "ready")
        bob = await bob_phone.incoming()
        assert bob.name == "Jane Doe"
        await customer.hears_other_than(AGENT_HZ)
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await bob.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["reason"], record["agent"]) == ("agent_hung_up", "bob")
        await house.is_quiet()


async def test_a_transfer_nobody_takes_leads_back_into_the_queue_with_the_time_waited(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, _ = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await house.rig.api.put("/api/v1/agents/bob/state", {"state": "paused", "reason": "lunch"})
        queued_at = (await house.rig.api.get(f"/api/v1/calls/{call}"))["queued_at"]
        await act(house, call, "transfer", agent("bob"))
        await (await bob_phone.incoming()).reject(486)
        again = await house.phones["alice"].incoming()
        await again.answer()
        await again.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        record = await house.rig.api.get(f"/api/v1/calls/{call}")
        assert record["queued_at"] == queued_at
        await customer.hang_up()
        await house.is_quiet()


async def test_a_call_given_to_a_queue_keeps_the_time_waited(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"queues": {"support": {}, "billing": {}}}
    async with open_house(tmp_path, settings) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        call = await running_call(house)
        queued_at = (await house.rig.api.get(f"/api/v1/calls/{call}"))["queued_at"]
        await act(house, call, "transfer", {"kind": "queue", "name": "billing"})
        assert await alice.ended() == 200
        view = await house.call_is("queued")
        assert view["queue"] == "billing"
        queues = (await house.rig.api.get("/api/v1/queues"))["items"]
        (waiting,) = next(one["waiting"] for one in queues if one["name"] == "billing")
        assert waiting["entered_at"] == queued_at
        await customer.hears_sound()
        await customer.hang_up()
        assert (await house.record())["reason"] == "in_queue"


async def test_a_customer_is_given_to_somebody_outside_as_far_as_the_toll_guard_lets_us(
    tmp_path: Path,
) -> None:
    port = free_port()
    settings = {
        "trunks": {
            "provider": {"addresses": [f"{CUSTOMER_HOST}/32"], "hosts": [f"{CUSTOMER_HOST}:{port}"]}
        },
        "outgoing": {"allow": ["+371"], "trunk": "provider", "caller": "+37167000000"},
    }
    async with (
        await Phone.start("outside", host=CUSTOMER_HOST, port=port) as outside,
        open_house(tmp_path, settings) as house,
    ):
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        call = await running_call(house)
        api = house.rig.api
        dear = {"kind": "external", "name": "+8821234567"}
        assert await api.status(f"/api/v1/calls/{call}/talk/consult", "POST", dear) == 409
        await act(house, call, "consult", {"kind": "external", "name": "+37129999999"})
        other = await outside.incoming()
        assert other.number == "+37167000000"
        await other.answer()
        await other.tone(BOB_HZ)
        await asyncio.gather(alice.hears(BOB_HZ), other.hears(AGENT_HZ))
        await act(house, call, "complete")
        await asyncio.gather(customer.hears(BOB_HZ), other.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "ready")
        await other.hang_up()
        await customer.ended()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("transferred", "third_hung_up")
        await house.is_quiet()


async def test_a_conversation_is_steered_by_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        token = await house.rig.cli("token", "add", "floor", "--role", "supervisor")
        monkeypatch.setenv("CALLSERVER_TOKEN", token.strip())
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        assert call in await house.rig.cli("call", "list")
        await house.rig.cli("call", "consult", call, "agent", "bob")
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await alice.hears(BOB_HZ)
        await house.rig.cli("call", "merge", call)
        await customer.hears_sound()
        with pytest.raises(RigError, match="nobody to supervise"):
            await house.rig.cli("call", "supervise", call, "alice")
        await house.rig.cli("call", "complete", call)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await alice.ended()
        await customer.hang_up()
        assert (await house.record())["agent"] == "bob"


async def test_a_supervisor_listens_whispers_barges_in_and_takes_over(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        boss_phone = await house.agent("boss")
        call = await running_call(house)
        path = f"/api/v1/calls/{call}/talk/supervisor"
        await house.rig.api.put(path, {"username": "boss"})
        boss = await boss_phone.incoming()
        await boss.answer()
        await boss.tone(BOSS_HZ)
        await customer.silence()
        await boss.hears(AGENT_HZ)
        await alice.silence()
        await asyncio.gather(customer.hears_silence(), alice.hears_silence())
        await house.rig.api.put(path, {"username": "boss", "mode": "whisper"})
        await alice.hears(BOSS_HZ)
        await customer.hears_silence(for_s=1.0)
        await house.rig.api.put(path, {"username": "boss", "mode": "barge"})
        await asyncio.gather(alice.hears(BOSS_HZ), customer.hears(BOSS_HZ))
        await act(house, call, "take-over", {"username": "boss"})
        assert await alice.ended() == 200
        await customer.tone(CUSTOMER_HZ)
        await asyncio.gather(customer.hears(BOSS_HZ), boss.hears(CUSTOMER_HZ))
        await customer.hang_up()
        assert await boss.ended() == 200
        record = await house.record()
        assert (record["agent"], record["reason"]) == ("boss", "customer_hung_up")
        told = [kind for kind in await kinds(house, call) if "supervisor" in kind]
        assert told == [
            "supervisor_called",
            "supervisor_joined",
            "supervisor_mode_changed",
            "supervisor_mode_changed",
        ]
        entries = (await house.rig.api.get("/api/v1/audit"))["items"]
        assert {"talks.supervise", "talks.takeover"} <= {entry["action"] for entry in entries}
        await house.is_quiet()


async def test_what_does_not_fit_the_moment_is_a_conflict(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, _ = await house.talking("alice")
        call = await running_call(house)
        api, talk = house.rig.api, f"/api/v1/calls/{call}/talk"
        for what in ("swap", "merge", "complete"):
            assert await api.status(f"{talk}/{what}", "POST") == 409
        assert await api.status(f"{talk}/consult", "POST", agent("alice")) == 409
        assert await api.status(f"{talk}/consult", "POST", agent("nobody")) == 404
        assert await api.status(f"{talk}/supervisor", "PUT", {"username": "alice"}) == 409
        assert await api.status(f"{talk}/transfer", "POST", {"kind": "queue", "name": "x"}) == 404
        assert await api.status("/api/v1/calls/none/talk") == 404
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        await house.record()

        async def over() -> int:
            return await api.status(talk)

        await eventually(over, lambda status: status == 404)


async def test_the_agent_is_told_queue_and_wait_before_the_caller_is_connected(
    tmp_path: Path,
) -> None:
    settings: dict[str, Any] = {"queues": {"support": {"title": "Support", "whisper": True}}}
    async with open_house(tmp_path, settings) as house:
        alice_phone = await house.agent("alice")
        customer = await house.waiting_customer()
        alice = await alice_phone.incoming()
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await asyncio.gather(
            alice.hears_other_than(CUSTOMER_HZ), customer.hears_other_than(AGENT_HZ)
        )
        await asyncio.gather(alice.hears(CUSTOMER_HZ), customer.hears(AGENT_HZ))
        assert "agent_briefed" in await kinds(house, await running_call(house))
        await customer.hang_up()
        record = await house.record()
        both = wav.read(await house.recording(record["id"]))
        assert frequency.judge(both.channels[1][:1600], both.rate).dominated_by(AGENT_HZ)
        await house.is_quiet()


async def test_an_agent_asks_a_queue_and_whoever_is_free_there_answers(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"queues": {"support": {}, "billing": {}}}
    async with open_house(tmp_path, settings) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        call = await running_call(house)
        await act(house, call, "consult", {"kind": "queue", "name": "billing"})
        await asyncio.gather(alice.hears(425), customer.hears_other_than(AGENT_HZ))
        phones = {}
        for name in ("bob", "carol"):
            await house.rig.add_agent(name, PASSWORD, queues=("billing",))
        for name in ("bob", "carol"):
            phones[name] = await Phone.start(name)
            house.phones[name] = phones[name]
        try:
            assert await phones["bob"].register(house.rig.sip, "bob", PASSWORD) == 200
            await (await phones["bob"].incoming()).reject(486)
            assert await phones["carol"].register(house.rig.sip, "carol", PASSWORD) == 200
            carol = await phones["carol"].incoming()
            assert carol.number == "alice"
            await carol.answer()
            await carol.tone(BOB_HZ)
            await asyncio.gather(alice.hears(BOB_HZ), carol.hears(AGENT_HZ))
            talk = await house.rig.api.get(f"/api/v1/calls/{call}/talk")
            assert (talk["third"]["kind"], talk["third"]["name"]) == ("agent", "carol")
            await asyncio.sleep(7)  # the reconciler has looked twice
            await act(house, call, "complete")
            await asyncio.gather(customer.hears(BOB_HZ), carol.hears(CUSTOMER_HZ))
            await alice.ended()
            await house.agent_is("carol", "talking")
            await customer.hang_up()
            await carol.ended()
            assert (await house.record())["agent"] == "carol"
            await house.agent_is("carol", "ready")
            text = await house.rig.api.text("/metrics")
            assert "callserver_repairs_total{" not in text
        finally:
            for phone in phones.values():
                await phone.close()
