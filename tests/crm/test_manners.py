"""When others are asked again, and when they are left alone: tables."""

import pytest

from callserver.crm.manners import OPENS_AFTER, Circuit, Manners, Said, as_date, retry_after, said

MANNERS = Manners(5.0, 14_400.0, 259_200.0, 10.0, 300.0)


@pytest.mark.parametrize(
    ("tries", "shortest", "longest"),
    [
        (1, 2.5, 5.0),
        (2, 5.0, 10.0),
        (5, 40.0, 80.0),
        (12, 5120.0, 10_240.0),
        (13, 7200.0, 14_400.0),
        (1000, 7200.0, 14_400.0),
    ],
)
def test_pauses_double_up_to_the_longest_and_half_of_each_is_chance(
    tries: int, shortest: float, longest: float
) -> None:
    assert MANNERS.pause(tries, 0.0) == shortest
    assert MANNERS.pause(tries, 1.0) == longest


def test_trying_goes_on_for_days() -> None:
    at, tries = 0.0, 0
    while at < MANNERS.give_up_s:
        tries += 1
        at += MANNERS.pause(tries, 0.5)
    assert 25 < tries < 45


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *((200, Said.TAKEN), (204, Said.TAKEN), (299, Said.TAKEN)),
        *((301, Said.REFUSED), (307, Said.REFUSED), (100, Said.REFUSED)),
        *((400, Said.REFUSED), (401, Said.REFUSED), (404, Said.REFUSED), (410, Said.GONE)),
        *((429, Said.LATER), (0, Said.DOWN), (500, Said.DOWN), (503, Said.DOWN), (599, Said.DOWN)),
    ],
)
def test_what_an_answer_means(status: int, meaning: Said) -> None:
    assert said(status) is meaning


NOW = 1_772_357_400.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999", 86_400.0),
        ("9" * 4000, 86_400.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("soon", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
        (as_date(NOW + 90), 90.0),
        (as_date(NOW - 90), 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Sun, 01 Mar 2026 09:31:00 -0000", 60.0),
    ],
)
def test_retry_after_in_every_form_and_never_longer_than_a_day(
    header: str, seconds: float | None
) -> None:
    assert retry_after(header, NOW) == seconds


def test_a_circuit_opens_after_failures_in_a_row_and_closes_with_an_answer() -> None:
    circuit = Circuit(MANNERS)
    for n in range(OPENS_AFTER - 1):
        circuit.failed(float(n), 1.0)
    assert not circuit.is_open
    assert circuit.answered() is False
    for n in range(OPENS_AFTER):
        circuit.failed(float(n), 1.0)
    assert circuit.is_open
    assert circuit.until == OPENS_AFTER - 1 + 10.0
    circuit.failed(5.0, 1.0)
    assert circuit.until == 14.0, "those that were under way say nothing new"
    rests = []
    for _ in range(7):
        now = circuit.until
        circuit.failed(now, 1.0)
        rests.append(circuit.until - now)
    assert rests == [20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0]
    assert circuit.answered() is True
    assert not circuit.is_open
