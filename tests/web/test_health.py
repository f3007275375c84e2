"""What machines look at."""

import pytest

from callserver.model.errors import StoreError
from tests.web.world import World, is_problem


async def test_alive_says_nothing_about_the_rest(world: World) -> None:
    world.degraded["store"] = "locked"
    world.store.broken = StoreError("locked")
    answer = await world.get("/healthz", role=None)
    assert (answer.status, answer.json) == (200, {"status": "alive"})


async def test_ready_while_nothing_is_degraded(world: World) -> None:
    answer = await world.get("/readyz", role=None)
    assert (answer.status, answer.json) == (200, {"status": "ready"})


async def test_not_ready_names_the_parts_and_on_this_machine_what_is_wrong(world: World) -> None:
    world.degraded |= {"store": "cannot write /var/x.db", "forker": "away"}
    answer = await world.get("/readyz", role=None)
    is_problem(answer, "not-ready", 503)
    assert answer.headers["Retry-After"]
    assert answer.json["degraded"] == world.degraded
    through_proxy = await world.get("/readyz", role=None, headers={"Forwarded": "for=192.0.2.1"})
    is_problem(through_proxy, "not-ready", 503)
    assert through_proxy.json["degraded"] == {"store": "degraded", "forker": "degraded"}
    world.degraded.clear()
    assert (await world.get("/readyz", role=None)).status == 200


async def test_what_is_nearly_used_up_is_told_while_ready(world: World) -> None:
    world.warnings["capacity"] = "19 of 20 calls are in use"
    answer = await world.get("/readyz", role=None)
    assert (answer.status, answer.json) == (200, {"status": "ready", "warnings": world.warnings})
    through_proxy = await world.get("/readyz", role=None, headers={"Via": "1.1 proxy"})
    assert through_proxy.json == {"status": "ready", "warnings": {"capacity": "near"}}


async def test_metrics_are_prometheus_text_and_count_the_requests(world: World) -> None:
    world.metrics.calls.labels("answered", "customer_hung_up").inc()
    await world.get("/api/v1/calls/c404")
    await world.get("/nothing/here")
    answer = await world.get("/metrics", role=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    text = answer.body.decode()
    assert 'callserver_calls_total{reason="customer_hung_up",result="answered"} 1.0' in text
    assert 'callserver_http_requests_total{operation="calls.get",status="404"} 1.0' in text
    assert 'callserver_http_requests_total{operation="none",status="404"} 1.0' in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_head_is_enough_for_a_probe(world: World, path: str) -> None:
    answer = await world.ask("HEAD", path, role=None)
    assert (answer.status, answer.body) == (200, b"")
