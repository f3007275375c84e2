"""How much one client may take, decided without a server: the clock is a number."""

from types import SimpleNamespace
from typing import Any

import pytest
from multidict import CIMultiDict

from callserver import rate
from callserver.config.sections import Http
from callserver.metrics import Metrics
from callserver.rate import Rate
from callserver.web.gate import RESERVED, Gate
from callserver.web.origin import Proxies, is_local, site
from callserver.web.problems import Problem

HERE, THERE = "192.0.2.1", "192.0.2.2"


def gate(**http: Any) -> Gate:
    return Gate(Http(**http), Metrics())


def test_a_burst_is_allowed_then_the_rate() -> None:
    bucket = Rate(per_s=2.0, burst=3)
    assert [bucket.take("a", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take("a", 0.25) == 0.25
    assert bucket.take("a", 0.5) == 0.0
    assert bucket.take("a", 0.5) > 0
    assert bucket.take("a", 1000.0) == 0.0


def test_refused_ones_do_not_push_the_next_further_away() -> None:
    bucket = Rate(per_s=1.0, burst=1)
    bucket.take("a", 0.0)
    for step in range(1, 10):
        assert bucket.take("a", step / 10) == pytest.approx(1 - step / 10)
    assert bucket.take("a", 1.0) == 0.0


def test_keys_do_not_pay_for_one_another_and_a_clock_that_stands_gives_nothing() -> None:
    bucket = Rate(per_s=1.0, burst=1)
    assert (bucket.take("a", 5.0), bucket.take("b", 5.0)) == (0.0, 0.0)
    assert bucket.take("a", 4.0) == 1.0


def test_the_table_is_bounded_and_forgets_who_was_silent_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate, "MAX_KEYS", 3)
    bucket = Rate(per_s=0.001, burst=1)
    for key in ("a", "b", "c", "a", "d"):
        bucket.take(key, 0.0)
    assert len(bucket) == 3
    assert bucket.take("a", 0.0) > 0
    assert bucket.take("b", 0.0) == 0.0


def test_429_says_when_to_come_again() -> None:
    door = gate(requests_per_s=0.1, requests_burst=1)
    door.request(HERE, 0.0)
    with pytest.raises(Problem) as refused:
        door.request(HERE, 4.5)
    assert (refused.value.kind.status, refused.value.headers) == (429, {"Retry-After": "6"})
    door.request(THERE, 4.5)
    door.request(HERE, 10.0)


def test_an_ipv6_network_counts_as_one_address() -> None:
    door = gate(requests_per_s=0.1, requests_burst=1)
    door.request("2001:db8::1", 0.0)
    with pytest.raises(Problem):
        door.request("2001:db8::ffff:2", 0.0)
    door.request("2001:db8:0:1::1", 0.0)
    assert site("::ffff:192.0.2.1") == HERE
    assert site("fe80::1%eth0") == "fe80::/64"
    assert site("nonsense") == ""


def test_connections_are_counted_in_all_and_by_address() -> None:
    door = gate(max_connections=8, max_connections_per_address=5)
    assert [door.enter(HERE) for _ in range(5)] == [None] * 5
    refused = door.enter(HERE)
    assert refused is not None and refused.kind.status == 429
    door.leave(HERE)
    assert door.enter(HERE) is None
    assert [door.enter(THERE) for _ in range(3)] == [None] * 3
    refused = door.enter(THERE)
    assert refused is not None and refused.kind.id == "busy"


def test_a_full_house_still_has_room_for_the_monitoring_of_this_machine() -> None:
    door = gate(max_connections=8, max_connections_per_address=100)
    assert [door.enter(HERE) for _ in range(8)] == [None] * 8
    assert [door.enter("127.0.0.1") for _ in range(RESERVED)] == [None] * RESERVED
    assert door.enter("127.0.0.1") is not None


def test_a_known_proxy_may_hold_more_connections_than_one_address() -> None:
    door = gate(proxies=["192.0.2.1/32"], max_connections_per_address=1)
    assert [door.enter(HERE) for _ in range(9)] == [None] * 9
    assert door.enter(THERE) is None
    assert door.enter(THERE) is not None


def request(peer: str | None, *forwarded: str, **headers: str) -> Any:
    given = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    return SimpleNamespace(remote=peer, headers=given)


@pytest.mark.parametrize(
    ("peer", "forwarded", "origin"),
    [
        ("198.51.100.9", (), "198.51.100.9"),
        ("198.51.100.9", ("203.0.113.1",), "198.51.100.9"),
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("203.0.113.1",), "203.0.113.1"),
        ("192.0.2.1", ("127.0.0.1, 203.0.113.1",), "203.0.113.1"),
        ("192.0.2.1", ("127.0.0.1", "203.0.113.1"), "203.0.113.1"),
        ("192.0.2.1", ("203.0.113.1, 192.0.2.7",), "203.0.113.1"),
        ("192.0.2.1", ("rubbish, 192.0.2.7",), "192.0.2.7"),
        ("192.0.2.1", ("203.0.113.1, rubbish",), "192.0.2.1"),
        ("192.0.2.1", ("2001:db8::1",), "2001:db8::1"),
        ("::ffff:192.0.2.1", ("::ffff:203.0.113.1",), "203.0.113.1"),
        ("192.0.2.1", (",".join(["192.0.2.1"] * 5000),), "192.0.2.1"),
        (None, (), ""),
    ],
)
def test_only_a_known_proxy_is_believed_and_only_what_it_heard_itself(
    peer: str | None, forwarded: tuple[str, ...], origin: str
) -> None:
    assert Proxies(["192.0.2.0/24"]).origin(request(peer, *forwarded)) == origin


def test_local_is_loopback_without_a_trace_of_a_proxy() -> None:
    assert is_local(request("127.0.0.1"))
    assert is_local(request("::1"))
    assert not is_local(request(HERE))
    assert not is_local(request(None))
    assert not is_local(request("127.0.0.1", HERE))
    assert not is_local(request("127.0.0.1", Via="1.1 proxy"))


def test_a_proxy_that_is_no_network_is_a_mistake_in_the_configuration() -> None:
    with pytest.raises(ValueError, match="proxies"):
        Http(proxies=("nginx",))
