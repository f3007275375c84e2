"""The judgement of a soak on made-up servers: what leaks is caught, what settles is not."""

import math
from dataclasses import replace

import pytest

from callserver.bench.growth import SAMPLE_S, Growth, Sample, growth, warm_up_s

RATE = 10.0


def server(at: float, *, leak_bytes: float = 0.0, files: int = 60, processes: int = 40) -> Sample:
    """After ``at`` seconds of calls: caches that fill within three minutes, noise of 0.2 MB, and a
    leak of so much a call."""
    caches = 4.0 * (1 - math.exp(-at / 40))
    noise = 0.2 * math.sin(7 * at)
    leaked = leak_bytes * RATE * at / 1e6
    return Sample(80.0 + caches + noise + leaked, 20.0, files, 10, 86, processes)


def soaked(minutes: float, **server_is: float) -> Growth:
    """The growth of such a server in a soak of so many minutes."""
    first, end, step = warm_up_s(minutes), minutes * 60, SAMPLE_S
    times = [first + number * step for number in range(int((end - first) / step))]
    samples = [server(at, **server_is) for at in times]  # type: ignore[arg-type]
    return growth(samples, int(RATE * (end - first)))


def test_a_kilobyte_a_call_is_caught_in_half_an_hour_and_measured() -> None:
    grown = soaked(30, leak_bytes=1000)
    assert [what.split(":")[0] for what in grown.too_much] == ["controller_mb"]
    assert grown.bytes_a_call == pytest.approx(1000, abs=70)


def test_calls_that_are_kept_are_caught_in_two_minutes_at_four_a_second() -> None:
    assert soaked(2, leak_bytes=23_000 * 4 / RATE).too_much


@pytest.mark.parametrize("minutes", [2.0, 5.0, 30.0])
def test_caches_that_fill_and_then_are_full_are_no_growth(minutes: float) -> None:
    assert soaked(minutes).too_much == []


def test_a_warm_up_that_was_judged_would_be_taken_for_a_leak() -> None:
    samples = [server(float(at)) for at in range(0, 120, 2)]
    assert growth(samples, 1200).too_much


def stepped(at: float) -> float:
    """What moments with more calls than ever left behind in MB: a real soak on a busy machine."""
    return 12.0 * (at >= 1260) + 7.0 * (at >= 1620)


def test_steps_that_busy_moments_leave_are_no_growth() -> None:
    samples = [
        replace(server(at, processes=120 if 1260 <= at < 1290 else 40), controller_mb=80 + step)
        for at, step in ((at, stepped(at)) for at in range(900, 1800, 2))
    ]
    assert growth(samples, 9000).too_much == []


def test_a_leak_is_caught_among_steps() -> None:
    leaking = [(at, server(at, leak_bytes=1000)) for at in range(900, 1800, 2)]
    samples = [replace(one, controller_mb=one.controller_mb + stepped(at)) for at, one in leaking]
    assert growth(samples, 9000).too_much


def test_files_and_processes_that_pile_up_are_caught() -> None:
    samples = [server(900.0, files=60 + n // 10, processes=40 + n // 10) for n in range(450)]
    names = [what.split(":")[0] for what in growth(samples, 9000).too_much]
    assert names == ["controller_files", "processes"]


def test_half_of_a_long_soak_and_the_memory_of_calls_in_a_short_one_are_not_judged() -> None:
    assert warm_up_s(30) == 900
    assert warm_up_s(2) == 64


def test_too_few_samples_are_no_verdict() -> None:
    with pytest.raises(ValueError, match="2 samples"):
        growth([server(1.0), server(2.0)], 10)
