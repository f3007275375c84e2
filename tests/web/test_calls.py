"""Calls over HTTP: records, pages, filters, timelines, and those in progress."""

import pytest

from callserver.model.agent import AgentState
from callserver.model.call import Direction, Ending, Leg, LegStats, Phase, Reason, Result
from callserver.model.events import LegEnd
from callserver.model.facts import AgentMissed, CallEnded, CallOffered, LegReleased, QueueJoined
from callserver.model.store_ports import CallFilter
from tests.web.fakes import NOW
from tests.web.world import World, call, is_problem


async def test_a_call_is_shown_with_its_ending_its_legs_and_its_recording(world: World) -> None:
    answer = await world.get("/api/v1/calls/c1")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    shown = answer.json
    assert (shown["result"], shown["reason"]) == ("answered", "customer_hung_up")
    assert shown["offered_at"] == "2026-03-01T09:28:20.250Z"
    assert shown["talking_at"] is None
    assert shown["legs"][0]["leg"] == "customer"
    assert shown["legs"][0]["mos"] == pytest.approx(4.4, abs=0.05)
    assert shown["legs"][0]["media"]["rx_packets"] == 3000
    assert shown["recording"]["audio"] == "/api/v1/recordings/r1/audio"


async def test_a_running_call_has_no_ending_yet(world: World) -> None:
    world.store.call_records["c2"] = call(
        "c2", phase=Phase.QUEUED, ending=None, ended_at=None, legs=()
    )
    shown = (await world.get("/api/v1/calls/c2")).json
    assert shown["phase"] == "queued"
    assert shown["result"] is shown["reason"] is shown["ended_at"] is shown["recording"] is None


async def test_the_token_of_a_worker_is_never_shown(world: World) -> None:
    world.store.facts["c1"] = [_offered()]
    for path in ("/api/v1/calls", "/api/v1/calls/c1", "/api/v1/calls/c1/timeline"):
        assert b"wsecret" not in (await world.get(path)).body


async def test_pages_walk_through_all_calls_newest_first(world: World) -> None:
    world.store.call_records = {f"c{n}": call(f"c{n}") for n in range(1, 8)}
    seen, before = [], ""
    for _ in range(3):
        page = (await world.get(f"/api/v1/calls?limit=3{before}")).json
        seen.append([item["id"] for item in page["items"]])
        before = f"&cursor={page['next']}"
    assert seen == [["c7", "c6", "c5"], ["c4", "c3", "c2"], ["c1"]]
    assert page["next"] is None


async def test_a_full_last_page_has_no_next(world: World) -> None:
    world.store.call_records = {f"c{n}": call(f"c{n}") for n in range(1, 4)}
    page = (await world.get("/api/v1/calls?limit=3")).json
    assert len(page["items"]) == 3
    assert page["next"] is None


async def test_every_filter_reaches_the_store(world: World) -> None:
    await world.get(
        "/api/v1/calls?queue=support&agent=anna&line=100&number=%2B37120000012&result=answered"
        "&since=2026-03-01T09:00:00Z&until=2026-03-01T11:30:00.5%2B02:00&cursor=Yzk&limit=7"
    )
    assert world.store.asked == [
        CallFilter(
            queue="support",
            agent="anna",
            line="100",
            number="+37120000012",
            result="answered",
            since=1772355600.0,
            until=1772357400.5,
            before="c9",
            limit=8,
        )
    ]


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("limit=0", ["limit"]),
        ("limit=201", ["limit"]),
        ("limit=many", ["limit"]),
        ("result=won", ["result"]),
        ("since=2026-03-01T09:00:00", ["since"]),
        ("since=yesterday&until=tomorrow", ["since", "until"]),
        ("until=99999-01-01T00:00:00Z", ["until"]),
        ("since=1e400", ["since"]),
        ("since=nan", ["since"]),
        ("cursor=..%2Fx", ["cursor"]),
        ("queue=", ["queue"]),
        ("queue=a%00b", ["queue"]),
        ("queue=a&queue=b", ["queue"]),
        ("colour=red", ["colour"]),
        ("limit=0&colour=red&cursor=%C3%A9", ["cursor", "limit", "colour"]),
    ],
)
async def test_all_mistakes_of_a_query_are_told_at_once(
    world: World, query: str, parameters: list[str]
) -> None:
    answer = await world.get(f"/api/v1/calls?{query}")
    is_problem(answer, "invalid", 422)
    assert [mistake["parameter"] for mistake in answer.json["errors"]] == parameters
    assert all(mistake["detail"] for mistake in answer.json["errors"])
    assert world.store.asked == []


def _offered() -> CallOffered:
    return CallOffered(
        "c1", NOW, Direction.INBOUND, "100", "+37120000012", "Anna", None, "x@y", "wsecret"
    )


async def test_a_timeline_tells_every_fact_in_order(world: World) -> None:
    stats = LegStats("PCMA", 1, 2, 3.0, 4, 5, 6.0, 7.0)
    world.store.facts["c1"] = [
        _offered(),
        QueueJoined("c1", NOW + 1, "support", 0, NOW - 50),
        AgentMissed("c1", NOW + 2, "anna", LegEnd.BUSY),
        LegReleased("c1", NOW + 3, Leg.CUSTOMER, None, LegEnd.HUNG_UP, 200, stats),
        CallEnded("c1", NOW + 4, Ending(Result.ABANDONED, Reason.IN_QUEUE)),
    ]
    items = (await world.get("/api/v1/calls/c1/timeline")).json["items"]
    assert [item["kind"] for item in items] == [
        "call_offered",
        "queue_joined",
        "agent_missed",
        "leg_released",
        "call_ended",
    ]
    assert items[0]["at"] == "2026-03-01T09:30:00.250Z"
    assert items[0]["data"]["number"] == "+37120000012"
    assert items[1]["data"]["entered_at"] == "2026-03-01T09:29:10.250Z"
    assert items[2]["data"] == {"agent": "anna", "why": "busy"}
    assert items[3]["data"]["stats"]["rx_lost"] == 2
    assert items[4]["data"]["ending"] == {"result": "abandoned", "reason": "in_queue"}


@pytest.mark.parametrize("path", ["/api/v1/calls/c404", "/api/v1/calls/c404/timeline"])
async def test_a_call_nobody_knows_is_404(world: World, path: str) -> None:
    is_problem(await world.get(path), "not-found", 404)


async def test_calls_in_progress_come_from_the_floor(world: World) -> None:
    world.store.broken = AssertionError("the live list must not need the store")
    (item,) = (await world.get("/api/v1/calls/live")).json["items"]
    assert item["call"] == "c7"
    assert item["phase"] == "ringing"
    assert item["agent"] == "anna"
    assert item["legs"] == ["customer"]


async def test_queues_show_each_waiting_caller_head_first(world: World) -> None:
    items = (await world.get("/api/v1/queues")).json["items"]
    assert [item["name"] for item in items] == ["support", "sales"]
    first, second = items[0]["waiting"]
    assert (first["call"], first["position"], first["ringing"]) == ("c7", 1, ["anna"])
    assert (second["call"], second["waited_s"], second["ringing"]) == ("c8", 4.0, [])
    assert items[0]["agents"] == {str(s): int(s is AgentState.READY) for s in AgentState}
    assert (await world.get("/api/v1/queues/support")).json == items[0]


@pytest.mark.parametrize("name", ["nobody", "%00", "%F0%9F%98%80", "..%2Fsupport"])
async def test_a_queue_nobody_knows_is_404(world: World, name: str) -> None:
    is_problem(await world.get(f"/api/v1/queues/{name}"), "not-found", 404)
