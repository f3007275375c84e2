"""The arithmetic of sound, judged by frequency and level."""

import numpy as np
import pytest

from callserver.speech.sound import CEILING, RATE, Samples, highpass, level, resample, trim


def tone(hertz: float, rate: int = RATE, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def rms_db(sound: Samples) -> float:
    return float(10 * np.log10((sound[400:-400] ** 2).mean() + 1e-20))


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("hertz", [300, 1000, 2500, 3300])
def test_tones_in_the_telephone_band_come_through_unchanged(rate: int, hertz: int) -> None:
    out = resample(tone(hertz, rate), rate)
    assert out.size == RATE
    assert rms_db(out) == pytest.approx(-3.01, abs=0.2)
    assert rms_db(out - tone(hertz)) < -40


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000])
@pytest.mark.parametrize("hertz", [4300, 5000, 6500, 7900])
def test_tones_above_it_leave_nothing_behind(rate: int, hertz: int) -> None:
    assert rms_db(resample(tone(hertz, rate), rate)) < -60


def test_sound_of_4_khz_sampling_is_made_8_without_ghosts() -> None:
    out = resample(tone(1000, 4000), 4000)
    assert rms_db(out - tone(1000)) < -40


def test_rumble_and_offset_are_taken_away_and_speech_is_left() -> None:
    out = highpass(tone(50) + 0.3 + tone(400))
    assert rms_db(out - tone(400)) < -35


def test_silence_at_the_ends_is_a_tenth_of_a_second() -> None:
    quiet = np.zeros(RATE)
    out = trim(np.concatenate([quiet, tone(500, seconds=0.5), quiet]))
    assert out.size / RATE == pytest.approx(0.7, abs=0.01)
    assert trim(tone(500, seconds=0.5)).size / RATE == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize("gain", [0.001, 0.1, 1.0])
def test_level_is_reached_from_below_and_above_without_clipping(gain: float) -> None:
    peaks = np.where(np.arange(RATE) % 400 == 0, 1.0, 0.0)
    out = level((tone(440) * 0.2 + peaks) * gain, -16.0)
    assert np.abs(out).max() <= CEILING
    assert rms_db(out) == pytest.approx(-16, abs=2.5)


def test_nothing_becomes_nothing() -> None:
    for empty in np.zeros(0), np.zeros(500):
        assert not np.any(level(trim(highpass(resample(empty, 22050))), -16.0))
