"""Callers and agents moved by hand while real phones ring, and several phones of one agent."""

from pathlib import Path
from typing import Any

from callserver.testing.phone import Phone
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, PASSWORD, House, open_house

TWO: dict[str, Any] = {"queues": {"support": {}, "billing": {}}}


async def waits(house: House) -> dict[str, Any]:
    view = await house.call_is("queued")
    answer: dict[str, Any] = await house.rig.api.get(f"/api/v1/calls/{view['call']}/wait")
    return answer


async def test_a_caller_is_given_priority_sent_elsewhere_and_picked_out_of_turn(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, TWO) as house:
        api = house.rig.api
        customer = await house.waiting_customer()
        caller = await waits(house)
        call = caller["caller"]["call"]
        assert (caller["queue"], caller["caller"]["why"]) == ("support", "nobody_signed_in")
        steered = await api.put(f"/api/v1/calls/{call}/wait/priority", {"priority": 7})
        assert steered["caller"]["priority"] == 7
        entered_at = steered["caller"]["entered_at"]
        await api.put(f"/api/v1/calls/{call}/wait/queue", {"queue": "billing"})
        await house.call_is("queued")
        moved = (await api.get("/api/v1/queues/billing"))["waiting"]
        assert [(one["call"], one["entered_at"]) for one in moved] == [(call, entered_at)]
        phone = await Phone.start("bob")
        async with phone:
            await house.rig.add_agent("bob", PASSWORD, queues=("billing",))
            path = "/api/v1/agents/bob"
            await api.put(f"{path}/skills", {"queues": {"billing": 5}, "skills": {"french": 4}})
            assert await phone.register(house.rig.sip, "bob", PASSWORD) == 200
            taken = await phone.incoming()
            await taken.reject(603)
            await house.agent_is("bob", "paused", "declined")
            assert (
                await api.status(f"/api/v1/calls/{call}/wait/pick", "POST", {"agent": "x"}) == 404
            )
            await api.post(f"/api/v1/calls/{call}/wait/pick", {"agent": "bob"})
            picked = await phone.incoming()
            await picked.answer()
            await picked.tone(AGENT_HZ)
            await customer.hears(AGENT_HZ)
            await customer.hang_up()
            await picked.ended()
        timeline = (await api.get(f"/api/v1/calls/{call}/timeline"))["items"]
        by_hand = [fact["kind"] for fact in timeline]
        assert {"priority_changed", "caller_moved", "caller_picked"} <= set(by_hand)
        entries = (await api.get("/api/v1/audit"))["items"]
        assert {"waits.priority", "waits.queue", "waits.pick"} <= {e["action"] for e in entries}


async def test_all_phones_of_an_agent_ring_and_the_one_that_is_answered_has_the_call(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        desk = await house.agent("alice")
        async with await Phone.start("alice") as mobile:
            assert await mobile.register(house.rig.sip, "alice", PASSWORD) == 200
            customer = await house.waiting_customer()
            at_desk, on_mobile = await desk.incoming(), await mobile.incoming()
            await at_desk.ring()
            await on_mobile.ring()
            await on_mobile.answer()
            await on_mobile.tone(AGENT_HZ)
            await customer.hears(AGENT_HZ)
            await on_mobile.hears(CUSTOMER_HZ)
            assert await at_desk.ended() == 487
            await house.agent_is("alice", "talking")
            await customer.hang_up()
            await on_mobile.ended()
        record = await house.record()
        assert (record["agent"], record["missed_by"]) == ("alice", [])
        await house.is_quiet()


async def test_a_waiting_caller_hears_the_place_how_long_it_takes_and_messages(
    tmp_path: Path,
) -> None:
    messages = {"messages": ["Have your number ready."], "messages_every_s": 1.0}
    settings = {"queues": {"support": {"announce_position_s": 60.0, **messages}}}
    async with open_house(tmp_path, settings) as house:
        await house.agent("alice")
        first, _ = await house.talking("alice")
        second = await house.waiting_customer()
        await second.hears_sound()
        view = await house.call_is("queued", position=1)
        (told,) = await house.facts(view["call"], "position_announced")
        assert told["position"] == 1
        assert 0 <= told["wait_low_s"] < told["wait_high_s"]
        (queue,) = (await house.rig.api.get("/api/v1/queues"))["items"]
        assert queue["estimate_s"] > 0
        await second.hang_up()
        await first.hang_up()
        said = house.rig.stderr_file.read_text()
        assert "message_not_prepared" not in said


async def test_a_closed_queue_takes_nobody_and_serves_those_inside(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        alice = await house.agent("alice")
        lunch = {"state": "paused", "reason": "lunch"}
        await house.rig.api.put("/api/v1/agents/alice/state", lunch)
        customer = await house.waiting_customer()
        await house.call_is("queued")
        await house.rig.api.put("/api/v1/queues/support/closed", {"closed": True})
        await house.rig.agent_is_ready("alice")
        taken = await alice.incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        late = await house.waiting_customer()
        assert await late.ended() == 200
        await customer.hang_up()
        reasons = sorted(record["reason"] for record in await house.records(2))
        assert reasons == ["customer_hung_up", "flow_ended"]
        await house.is_quiet()


async def test_a_wrap_up_lasts_longer_by_request_and_ends_early(tmp_path: Path) -> None:
    settings = {"agents": {"wrap_up_s": 2.0}}
    async with open_house(tmp_path, settings) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        await customer.hang_up()
        await alice.ended()
        await house.agent_is("alice", "wrap_up")
        api = house.rig.api
        await api.post("/api/v1/agents/alice/wrap-up", {"seconds": 60.0})
        waiting = await house.waiting_customer()
        view = await house.call_is("queued")
        caller = (await api.get(f"/api/v1/calls/{view['call']}/wait"))["caller"]
        assert caller["why"] == "all_busy"
        await house.rig.agent_is_ready("alice")
        await house.phones["alice"].incoming()
        await waiting.hang_up()
