"""One press, one digit; and what an INFO says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.media.worker.digits import DIGITS, KeyFilter, digit_of_info


def pressed(*packets: tuple[str, int, int, bool]) -> str:
    keys = KeyFilter()
    found = [keys.press(digit, at, length, ended=end) for digit, at, length, end in packets]
    return "".join(digit for digit in found if digit)


def test_updates_and_repeated_ends_are_the_same_press() -> None:
    packets = [("5", 1000, length, False) for length in (20, 40, 60)]
    packets += [("5", 1000, 80, True)] * 3
    assert pressed(*packets) == "5"


def test_the_same_key_again_is_another_press_even_when_it_is_as_long() -> None:
    assert pressed(("5", 1000, 80, True), ("5", 1200, 80, True)) == "55"


def test_a_press_whose_end_was_lost_does_not_swallow_the_next() -> None:
    assert pressed(("5", 1000, 40, False), ("5", 1400, 20, False), ("6", 1600, 20, False)) == "556"


def test_a_late_end_after_the_next_key_began_is_not_a_press_of_its_own() -> None:
    assert pressed(("5", 1000, 80, True), ("6", 1200, 20, False), ("6", 1200, 80, True)) == "56"


def test_ends_that_are_repeated_into_the_next_press_are_not_presses() -> None:
    packets = [("5", 1000, 60, False), ("5", 1000, 80, True), ("6", 1100, 20, False)]
    packets += [("5", 1000, 80, True), ("6", 1100, 40, False), ("5", 1000, 80, True)]
    packets += [("6", 1100, 60, True), ("5", 1200, 20, False), ("6", 1100, 60, True)]
    assert pressed(*packets, ("5", 1200, 40, True)) == "565"


def test_a_phone_whose_clock_jumps_back_still_presses_keys() -> None:
    assert pressed(("5", 1000, 80, True), ("5", 10, 80, True), ("6", 5, 80, True)) == "556"


def test_a_press_longer_than_the_field_goes_on_in_a_new_segment() -> None:
    assert pressed(("5", 0, 8191, False), ("5", 8191, 100, False), ("5", 8191, 200, True)) == "5"


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", "Signal= *\r\nDuration= 100", "*"),
        ("application/dtmf-relay", "signal=#\n", "#"),
        ("application/dtmf-relay", "Signal=11\r\n", "#"),
        ("application/dtmf-relay", "Signal=b\r\n", "B"),
        ("application/dtmf-relay; x=y", "Signal=1", "1"),
        ("application/dtmf", "7", "7"),
        ("APPLICATION/DTMF", " 10\r\n", "*"),
        ("application/dtmf", "77", None),
        ("application/dtmf-relay", "Duration=160\r\n", None),
        ("application/dtmf-relay", "Signal=\r\n", None),
        ("application/dtmf-relay", "Signal=é\r\n", None),
        ("application/media_control+xml", "Signal=5", None),
        ("", "", None),
    ],
)
def test_the_key_in_an_info(kind: str, body: str, digit: str | None) -> None:
    message = f"INFO sip:a@b SIP/2.0\r\nContent-Type: {kind}\r\n\r\n{body}"
    assert digit_of_info(message) == digit
    assert digit_of_info(message.replace("Content-Type", "c")) == digit


@given(st.text())
def test_rubbish_in_an_info_is_no_digit_and_no_error(text: str) -> None:
    assert digit_of_info(text) in {None, *DIGITS}
    assert digit_of_info(f"INFO x\r\nc: application/dtmf\r\n\r\n{text}") in {None, *DIGITS}
