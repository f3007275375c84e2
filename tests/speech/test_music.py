"""The hold music: in the band, at its level, without a seam."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import numpy as np
import pytest

from callserver.speech.music import LOOP, compose
from callserver.speech.sound import RATE, Samples
from callserver.speech.wavefile import is_playable


@pytest.fixture(scope="module")
def music() -> Samples:
    return compose()


def test_loop_is_between_40_and_60_seconds_and_ends_with_a_frame(music: Samples) -> None:
    assert music.size == LOOP
    assert 40 < music.size / RATE < 60
    assert music.size % 160 == 0


def test_level_is_minus_20_and_nothing_is_near_full_scale(music: Samples) -> None:
    assert 10 * np.log10((music**2).mean()) == pytest.approx(-20, abs=1)
    assert np.abs(music).max() < 0.7


def test_all_of_it_passes_a_telephone(music: Samples) -> None:
    power = np.abs(np.fft.rfft(music)) ** 2
    hertz = np.fft.rfftfreq(music.size, 1 / RATE)
    assert power[(hertz > 290) & (hertz < 3450)].sum() / power.sum() > 0.995


def test_it_never_falls_silent_and_never_jumps_in_loudness(music: Samples) -> None:
    seconds = 10 * np.log10((music[: music.size // RATE * RATE].reshape(-1, RATE) ** 2).mean(1))
    assert seconds.min() > -27
    assert seconds.max() < -15


def test_the_seam_is_as_smooth_as_any_other_place(music: Samples) -> None:
    """Curvature (second difference) is where a click would show."""
    twice = np.concatenate([music, music])
    curve = np.abs(np.diff(twice, 2))
    seam = curve[LOOP - 40 : LOOP + 40].max()
    blocks = curve[: LOOP // 80 * 80].reshape(-1, 80).max(axis=1)
    assert seam < np.percentile(blocks, 99)
    before, after = twice[LOOP - 800 : LOOP], twice[LOOP : LOOP + 800]
    assert abs(10 * np.log10((before**2).mean() / (after**2).mean())) < 8


def test_it_does_not_repeat_itself_within_the_loop(music: Samples) -> None:
    for bars in range(1, 16):
        shifted = np.roll(music, bars * LOOP // 16)
        assert np.corrcoef(music, shifted)[0, 1] < 0.7


async def test_controller_that_knows_prompts_has_not_loaded_numpy() -> None:
    code = (
        "import sys, callserver.speech.prompts, callserver.ivr.library; "
        "print(sorted({'numpy', 'pydub', 'espeakng_loader'} & set(sys.modules)))"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE)
    out, _ = await child.communicate()
    assert out.strip() == b"[]"


def test_only_8_khz_mono_wav_is_playable(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    assert not is_playable(tmp_path / "empty.wav")
    assert not is_playable(tmp_path / "gone.wav")
