"""Every value that the store keeps comes back as it was."""

from dataclasses import replace
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.model.errors import StoreError
from callserver.model.facts import DigitPressed, Fact, LegReleased
from callserver.model.people import AgentAccount, Binding, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.store import codec
from tests.store.samples import call, sample

FULL = pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])


@FULL
@pytest.mark.parametrize("kind", get_args(Fact), ids=lambda kind: kind.__name__)
def test_every_kind_of_fact_comes_back_as_it_was(kind: type[Any], full: bool) -> None:
    fact = sample(kind, full=full)
    row = {"seq": 1, **codec.fact_to_row(fact)}
    assert codec.fact_from_row(row) == fact
    assert row["kind"] == kind.__name__
    assert row["at"] == fact.at


def test_what_stands_in_a_column_does_not_stand_in_the_body_too() -> None:
    row = codec.fact_to_row(DigitPressed("c1", 5.0, "7"))
    assert row == {"at": 5.0, "call": "c1", "agent": None, "kind": "DigitPressed"} | {
        "body": {"digit": "7"}
    }


@FULL
@pytest.mark.parametrize("kind", [AgentAccount, Binding, Token, RecordingRecord])
def test_people_and_recordings_come_back_as_they_were(kind: type[Any], full: bool) -> None:
    value = sample(kind, full=full)
    assert codec.from_row(codec.to_row(value), kind) == value


@FULL
def test_a_call_record_comes_back_from_its_three_tables(full: bool) -> None:
    record = sample(CallRecord, full=full)
    rows = codec.legs_to_rows(record)
    assert [row["n"] for row in rows] == list(range(len(record.legs)))
    made = codec.to_row(record.recording) if record.recording else None
    assert codec.call_from_rows(codec.call_to_row(record), rows, made) == record


def test_a_leg_from_before_its_younger_columns_is_read_with_their_defaults() -> None:
    record = sample(CallRecord, full=True)
    rows = [{**row, "silent_s": None, "srtp": None} for row in codec.legs_to_rows(record)]
    read = codec.call_from_rows(codec.call_to_row(record), rows, None)
    stats = [leg.stats for leg in read.legs if leg.stats is not None]
    assert stats
    assert all((one.silent_s, one.srtp) == (0.0, False) for one in stats)


def test_hostile_text_and_numbers_are_mended_not_refused() -> None:
    record = call("1", name="a\0b", number="\udcff1", offered_at=float("nan"), digits=2**70)
    row = codec.call_to_row(record)
    assert (row["name"], row["number"]) == ("a\ufffdb", "?1")
    assert (row["offered_at"], row["digits"]) == (0.0, 2**63 - 1)


def test_hostile_text_deep_inside_a_fact_is_mended_too() -> None:
    fact = sample(LegReleased, full=True)
    assert fact.stats is not None
    hostile = replace(fact, stats=replace(fact.stats, codec="PC\0MU", tx_jitter_ms=float("inf")))
    stats = codec.fact_to_row(hostile)["body"]["stats"]
    assert (stats["codec"], stats["tx_jitter_ms"]) == ("PC\ufffdMU", 0.0)


@given(st.text(st.characters(categories=None)) | st.sampled_from(["\0", "\ud800x"]))
def test_any_text_can_be_written_as_json_and_as_utf_8(text: str) -> None:
    body = codec.fact_to_row(DigitPressed("c", 1.0, text))["body"]
    assert msgspec.json.decode(msgspec.json.encode(body)) == body
    assert "\0" not in body["digit"]
    assert len(body["digit"]) == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_that_databases_take_is_left_alone(text: str) -> None:
    assert codec.fact_to_row(DigitPressed("c", 1.0, text))["body"] == {"digit": text}


def test_a_fact_of_an_unknown_kind_names_its_place_in_the_journal() -> None:
    row = {"seq": 7, "at": 1.0, "call": "c", "agent": None, "kind": "CallCloned", "body": {}}
    with pytest.raises(StoreError, match="journal entry 7 is a 'CallCloned'"):
        codec.fact_from_row(row)


def test_a_row_that_does_not_fit_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="no Token"):
        codec.from_row({"id": 5}, Token)
