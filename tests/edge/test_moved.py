"""Which binding is the phone whose connection is gone."""

from dataclasses import replace

import pytest

from callserver.edge import moved
from callserver.edge.moved import Moved, same_phone
from callserver.model.people import Binding

OLD = Binding(
    agent="anna",
    contact="sip:anna@192.0.2.7:40001;transport=tls",
    hop="tls*192.0.2.7*40001",
    sip_call_id="series",
    cseq=1,
    user_agent="Desk 1.0",
    expires_at=100.0,
    registered_at=0.0,
)
ELSEWHERE = replace(
    OLD, contact="sip:anna@192.0.2.7:40002;transport=tls", hop="tls*192.0.2.7*40002"
)
OTHER = replace(ELSEWHERE, hop="tls*192.0.2.9*5", contact="sip:anna@192.0.2.9:5", sip_call_id="x")


def test_the_series_of_its_registers_goes_on() -> None:
    assert same_phone(OLD, [OTHER, ELSEWHERE]) == ELSEWHERE


def test_its_contact_is_the_same() -> None:
    rebooted = replace(ELSEWHERE, contact=OLD.contact, sip_call_id="new")
    assert same_phone(OLD, [OTHER, rebooted]) == rebooted


def test_the_only_one_that_calls_itself_so() -> None:
    rebooted = replace(ELSEWHERE, sip_call_id="new")
    assert same_phone(OLD, [rebooted, replace(OTHER, user_agent="Soft 2")]) == rebooted
    assert same_phone(OLD, [rebooted, OTHER]) is None
    nameless = replace(rebooted, user_agent="")
    assert same_phone(replace(OLD, user_agent=""), [nameless]) is None


def test_the_connection_that_is_gone_is_no_way() -> None:
    assert same_phone(OLD, [OLD]) is None


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved, "MAX_REMEMBERED", 2)
    lost = Moved()
    for port in (1, 2, 3):
        lost.note(replace(OLD, hop=f"tls*192.0.2.7*{port}"))
    assert lost.phone("tls*192.0.2.7*1") is None
    assert lost.phone("tls*192.0.2.7*3") is not None
