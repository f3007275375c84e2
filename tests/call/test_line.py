"""A fact as a line of the spool."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.call.line import Noted, from_line, number_of, to_line
from callserver.model.facts import DigitPressed, Fact
from tests.store.samples import sample

LINE = to_line(Noted(7, DigitPressed("c1", 1.5, "5")))


@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
@pytest.mark.parametrize("kind", get_args(Fact), ids=lambda kind: kind.__name__)
def test_every_kind_of_fact_comes_back_as_it_was(kind: type[Any], full: bool) -> None:
    noted = Noted(2**40, sample(kind, full=full))
    line = to_line(noted)
    assert line.count(b"\n") == 1
    assert from_line(line[:-1]) == noted


@given(st.text(st.characters(categories=None)), st.floats(), st.integers(min_value=1))
def test_whatever_a_phone_sends_becomes_one_line_that_can_be_read(
    text: str, at: float, number: int
) -> None:
    line = to_line(Noted(number, DigitPressed(text, at, "a\n\0b")))
    noted = from_line(line[:-1])
    assert noted is not None
    assert noted.number == number
    assert isinstance(noted.fact, DigitPressed)
    assert len(noted.fact.call) == len(text)


@given(st.integers(0, len(LINE) - 2), st.integers(1, 255))
def test_a_line_the_disk_has_changed_is_noticed(place: int, change: int) -> None:
    broken = bytearray(LINE[:-1])
    broken[place] ^= change
    assert number_of(bytes(broken)) is None
    assert from_line(bytes(broken)) is None


@given(st.integers(0, len(LINE) - 2))
def test_a_torn_line_is_noticed(length: int) -> None:
    assert from_line(LINE[:length]) is None


@given(st.binary())
def test_any_rubbish_is_no_fact(rubbish: bytes) -> None:
    assert from_line(rubbish) is None
