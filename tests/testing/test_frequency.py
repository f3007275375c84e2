from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from callserver.testing import frequency, tones, wav

Encode = Callable[[tones.Samples], bytes]
Decode = Callable[[bytes], tones.Samples]


def test_a_pure_tone_is_heard_at_its_frequency_and_level() -> None:
    sound = tones.tone(440, seconds=1.0, level=-20)
    assert frequency.dominant(sound) == pytest.approx(440, abs=0.5)
    assert frequency.share(sound, 440) == 1.0
    assert frequency.level(sound) == pytest.approx(-20, abs=0.1)


def test_another_tone_is_not_taken_for_it() -> None:
    assert frequency.share(tones.tone(440, seconds=1.0), 470) == 0.0


@pytest.mark.parametrize(
    ("encode", "decode"), [(tones.ulaw, tones.from_ulaw), (tones.alaw, tones.from_alaw)]
)
@pytest.mark.parametrize("hertz", [305, 440, 880, 1250, 3100])
def test_a_tone_survives_g711(encode: Encode, decode: Decode, hertz: int) -> None:
    sound = decode(encode(tones.tone(hertz, seconds=1.0)))
    assert frequency.share(sound, hertz) == 1.0
    assert frequency.level(sound) == pytest.approx(-13, abs=0.2)


@pytest.mark.parametrize(
    ("encode", "decode"), [(tones.ulaw, tones.from_ulaw), (tones.alaw, tones.from_alaw)]
)
def test_g711_codes_decode_to_levels_that_encode_to_the_same_sound(
    encode: Encode, decode: Decode
) -> None:
    levels = decode(bytes(range(256)))
    assert (decode(encode(levels)) == levels).all()
    assert abs(int(levels.max())) > 32000


def test_g711_silence_and_extremes_have_the_codes_of_the_standard() -> None:
    assert tones.ulaw(np.array([32767, -32768], dtype=np.int16)) == b"\x80\x00"
    assert tones.from_ulaw(b"\xff\x7f").tolist() == [0, 0]
    assert tones.alaw(np.array([32767, -32768], dtype=np.int16)) == b"\xaa\x2a"
    assert tones.from_alaw(b"\xd5\x55").tolist() == [8, -8]


def test_a_tone_is_found_under_quiet_noise_but_noise_alone_is_no_tone() -> None:
    hiss = tones.noise(2.0, level=-35)
    assert frequency.share(tones.mix(tones.tone(600, seconds=2.0, level=-20), hiss), 600) == 1.0
    assert not any(one.purity >= frequency.PURITY for one in frequency.windows(hiss))


def test_two_tones_at_once_are_neither_of_them() -> None:
    both = tones.tone(440, 880, seconds=1.0)
    assert frequency.share(both, 440) == 0.0
    assert frequency.share(both, 880) == 0.0
    assert frequency.level(both) == pytest.approx(-13, abs=0.1)


def test_silence_has_no_frequency() -> None:
    quiet = tones.silence(1.0)
    assert frequency.dominant(quiet) == 0.0
    assert frequency.share(quiet, 440) == 0.0
    assert frequency.level(quiet) == -120.0
    assert frequency.level(quiet[:0]) == -120.0


def test_a_gap_in_a_tone_is_measured() -> None:
    broken = np.concatenate(
        [tones.tone(440, seconds=1.0), tones.silence(0.6), tones.tone(440, seconds=1.0)]
    )
    assert frequency.longest_gap(broken, 440) == pytest.approx(0.6, abs=0.11)
    assert frequency.longest_silence(broken) == pytest.approx(0.6, abs=0.11)
    assert frequency.longest_gap(tones.tone(440, seconds=1.0), 440) == 0.0
    assert 0.7 <= frequency.share(broken, 440) <= 0.8


def test_a_stereo_file_keeps_its_sides_apart(tmp_path: Path) -> None:
    file = tmp_path / "both.wav"
    wav.write(file, tones.tone(440, seconds=1.0), tones.tone(880, seconds=1.0))
    sound = wav.read(file)
    assert (sound.rate, sound.seconds) == (8000, 1.0)
    assert [round(frequency.dominant(one)) for one in sound.channels] == [440, 880]


def test_a_file_whose_header_was_not_finished_gives_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "cut.wav"
    wav.write(file, tones.tone(440, seconds=1.0))
    content = bytearray(file.read_bytes())
    content[40:44] = bytes(4)
    file.write_bytes(content[:-1000])
    assert wav.read(file).seconds == pytest.approx(1.0 - 500 / 8000)


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVE", b"rubbish that is long enough"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.wav"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.wav"):
        wav.read(file)
