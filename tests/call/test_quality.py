"""MOS of a leg: known points of the E-model, and what must never happen whatever RTCP says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.call.quality import mos
from callserver.model.call import LegStats

CLEAN = LegStats("PCMU", 3000, 0, 0.0, 3000, 0, 0.0, 0.0)


def _mos(stats: LegStats) -> float:
    score = mos(stats)
    assert score is not None
    return score


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722", "pcmu", "PCMA/8000", "G722/16000/1"])
def test_a_clean_call_is_as_good_as_narrowband_gets(codec: str) -> None:
    assert _mos(replace(CLEAN, codec=codec)) == pytest.approx(4.4, abs=0.02)


@pytest.mark.parametrize(
    ("round_trip_ms", "score"),
    # R of G.107 with default values at 100, 200, 300, 400 ms one way: 90.7, 85.8, 72.7, 62.2.
    [(160, 4.35), (360, 4.21), (560, 3.72), (760, 3.20)],
)
def test_delay_is_harmless_to_200_ms_and_then_costs(round_trip_ms: float, score: float) -> None:
    assert _mos(replace(CLEAN, round_trip_ms=round_trip_ms)) == pytest.approx(score, abs=0.02)


@pytest.mark.parametrize(
    ("percent", "score"),
    # Ie,eff = 95 * p / (p + 25.1): 3.6, 15.8, 27.1, 42.1.
    [(1, 4.31), (5, 3.94), (10, 3.4), (20, 2.62)],
)
def test_loss_costs_as_for_concealed_g711(percent: int, score: float) -> None:
    lossy = replace(CLEAN, rx_packets=1000 - 10 * percent, rx_lost=10 * percent)
    assert _mos(lossy) == pytest.approx(score, abs=0.06)


def test_the_worse_direction_counts() -> None:
    lossy = replace(CLEAN, tx_packets=1000, tx_lost=100)
    mirrored = replace(CLEAN, rx_packets=900, rx_lost=100)
    assert _mos(lossy) == pytest.approx(_mos(mirrored))
    assert _mos(lossy) < _mos(CLEAN) - 0.5


def test_jitter_costs_because_the_buffer_that_hides_it_delays() -> None:
    shaky = replace(CLEAN, rx_jitter_ms=150.0)
    assert _mos(shaky) == pytest.approx(_mos(replace(CLEAN, round_trip_ms=600.0)))


@pytest.mark.parametrize(
    "stats",
    [
        LegStats("PCMU", 0, 0, 0.0, 0, 0, 0.0, 0.0),
        replace(CLEAN, codec="opus"),
        replace(CLEAN, codec=""),
    ],
)
def test_what_cannot_be_judged_has_no_score(stats: LegStats) -> None:
    assert mos(stats) is None


def test_a_direction_without_packets_is_not_judged() -> None:
    silent = replace(CLEAN, rx_packets=0, rx_jitter_ms=500.0)
    assert _mos(silent) == _mos(CLEAN)


def test_all_packets_lost_is_a_score_too() -> None:
    assert _mos(replace(CLEAN, rx_packets=0, rx_lost=500)) < 1.5


counts = st.integers(-(2**31), 2**32)
times = st.floats(-1e6, 1e9)


@given(
    st.builds(
        LegStats,
        st.sampled_from(["PCMU", "G722"]),
        counts,
        counts,
        times,
        counts,
        counts,
        times,
        times,
    )
)
def test_a_score_is_between_1_and_4_5_whatever_was_counted(stats: LegStats) -> None:
    score = mos(stats)
    assert score is None or 1.0 <= score <= 4.5


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 2000), st.floats(0, 2000))
def test_worse_is_never_better(lost: int, more: int, delay: float, longer: float) -> None:
    def score(lost: int, round_trip_ms: float) -> float:
        return _mos(replace(CLEAN, rx_lost=lost, round_trip_ms=round_trip_ms))

    assert score(lost, delay) >= score(lost + more, delay) - 1e-9
    assert score(lost, delay) >= score(lost, delay + longer) - 1e-9
