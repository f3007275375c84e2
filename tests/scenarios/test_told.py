"""Other systems are told of real calls: signed, in order, with what they need."""

from pathlib import Path
from typing import Any

from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver
from callserver.testing.story import STORY
from tests.scenarios.house import House, open_house

SETTINGS = {
    "webhooks": {
        "private": ["127.0.0.0/8"],
        "first_pause_s": 0.1,
        "longest_pause_s": 0.5,
        "first_rest_s": 0.1,
        "longest_rest_s": 0.5,
    }
}


async def told(house: House, receiver: Receiver, *events: str) -> None:
    """The receiver is told from now on."""
    body = {"url": receiver.url, "events": events or ["*"], "title": "CRM"}
    made = await house.rig.api.post("/api/v1/webhooks", body)
    receiver.secrets = [made["secret"]]


def bodies(receiver: Receiver, type_: str) -> list[Any]:
    return [body["data"] for body in receiver.held.values() if body["type"] == type_]


async def test_a_conversation_is_told_from_the_ringing_to_the_recording(tmp_path: Path) -> None:
    async with (
        Receiver.start() as receiver,
        open_house(tmp_path, settings=SETTINGS) as house,
    ):
        await told(house, receiver)
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        await receiver.until("it is answered", lambda: bodies(receiver, "call.answered"))
        (ringing,) = bodies(receiver, "call.ringing")
        assert ringing["agent"] == "alice"
        assert (ringing["call"]["number"], ringing["call"]["queue"]) == ("+37120000001", "support")
        await customer.hang_up()
        assert await agent.ended() == 200
        await receiver.until("it is recorded", lambda: bodies(receiver, "recording.ready"))
        record = await house.record()
        assert receiver.stories() == {f"call:{record['id']}": STORY}
        (ended,) = bodies(receiver, "call.ended")
        shared = ended["call"].keys() & record.keys()
        assert len(shared) > 15
        # Durations are told to the millisecond.
        assert {name: ended["call"][name] for name in shared} == {
            name: round(value, 3) if isinstance(value := record[name], float) else value
            for name in shared
        }
        (recording,) = bodies(receiver, "recording.ready")
        assert recording["recording"]["id"] == record["recording"]["id"]
        assert receiver.refused == []


async def test_a_caller_who_leaves_is_missed_though_the_destination_was_down_meanwhile(
    tmp_path: Path,
) -> None:
    async with (
        Receiver.start(lambda n: Manner.LOST if n % 2 else Manner.TAKES) as receiver,
        open_house(tmp_path, settings=SETTINGS) as house,
    ):
        await told(house, receiver, "call.*")
        await receiver.down()
        call = await house.waiting_customer()
        await house.call_is("queued")
        await call.hang_up()
        record = await house.record()
        await house.rig.kill()
        await receiver.up()
        await house.rig.run()
        await receiver.until("it is missed", lambda: bodies(receiver, "call.missed"))
        assert receiver.stories() == {
            f"call:{record['id']}": ["call.offered", "call.ended", "call.missed"]
        }
        (missed,) = bodies(receiver, "call.missed")
        assert (missed["call"]["result"], missed["call"]["reason"]) == ("abandoned", "in_queue")
