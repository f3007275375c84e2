"""Voice packs in Asterisk's layout: what they have is taken, what they lack is synthesised."""

import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from callserver.model.errors import PromptError
from callserver.speech import vocabulary
from callserver.speech.pack import VoicePack, candidates
from callserver.speech.phrases import LANGUAGES, Phrase, everything, phrase
from callserver.speech.prompts import PromptLibrary
from callserver.speech.sound import RATE
from tests.speech.conftest import speech_config
from tests.speech.test_prompts import beep, heard

FORMATS = {
    "ulaw": ("-f", "mulaw", "-ar", "8000"),
    "alaw": ("-f", "alaw", "-ar", "8000"),
    "sln": ("-f", "s16le", "-ar", "8000"),
    "sln16": ("-f", "s16le", "-ar", "16000"),
    "WAV": ("-f", "wav", "-c:a", "pcm_mulaw", "-ar", "8000"),
}


def sound_file(path: Path) -> Path:
    """A beep in the format that the suffix names."""
    form = FORMATS[path.suffix[1:]]
    source = beep(path.with_name(f"source-{path.suffix[1:]}.wav"), rate=44100)
    program = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", source, "-ac", "1")
    subprocess.run((*program, *form, str(path)), check=True)  # noqa: S603 - our own words
    Path(source).unlink()
    return path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    for name in ("1", "7", "20", "30", "hundred", "thousand", "a-m", "oh", "h-3", "mon-10"):
        beep(folder / "en" / "digits" / f"{name}.wav")
    beep(folder / "en" / "vm-goodbye.wav")
    beep(folder / "en" / "letters" / "a.wav")
    for name in ("1", "1f", "20", "200", "thousands-i"):
        beep(folder / "ru_RU" / "digits" / f"{name}.wav")
    return folder


def test_files_are_found_by_the_rules_of_the_layout(pack: Path) -> None:
    voices = VoicePack(pack)

    def named(language: str, name: str) -> list[str]:
        files = voices.sources(language, name)
        return ["/".join(file.parts[-2:]) for file in files]

    assert named("en", "number-7") == ["digits/7.wav"]
    assert named("en", "number-7-on") == ["digits/7.wav"]
    assert named("en", "number-27") == ["digits/20.wav", "digits/7.wav"]
    assert named("en", "number-100") == ["digits/1.wav", "digits/hundred.wav"]
    assert named("en", "ordinal-23") == ["digits/20.wav", "digits/h-3.wav"]
    assert named("en", "month-11") == ["digits/mon-10.wav"]
    assert named("en", "letter-a") == ["letters/a.wav"]
    assert named("en", "goodbye") == ["en/vm-goodbye.wav"]
    assert named("ru", "number-21-f") == ["digits/20.wav", "digits/1f.wav"]
    assert named("ru", "number-200") == ["digits/200.wav"]
    assert named("ru", "thousand-few") == ["digits/thousands-i.wav"]


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "number-8"),
        ("en", "number-28"),
        ("en", "closed"),
        ("ru", "number-7"),
        ("ru", "number-21-n"),
        ("ru", "month-11"),
        ("lv", "number-1"),
    ],
)
def test_what_is_not_there_whole_and_in_the_right_gender_is_not_taken(
    pack: Path, language: str, name: str
) -> None:
    assert VoicePack(pack).sources(language, name) == ()


def test_the_best_format_of_a_sound_is_taken(pack: Path) -> None:
    folder = pack / "en" / "digits"
    for suffix in ("gsm", "ulaw", "sln16"):
        (folder / f"9.{suffix}").touch()
    voices = VoicePack(pack)
    assert [file.name for file in voices.sources("en", "number-9")] == ["9.sln16"]
    assert [file.name for file in voices.sources("en", "number-7")] == ["7.wav"]


@pytest.mark.parametrize("suffix", FORMATS)
async def test_telephone_formats_are_read(
    tmp_path: Path, warm: Path, pack: Path, suffix: str
) -> None:
    sound_file(pack / "en" / "digits" / f"8.{suffix}")
    library = PromptLibrary(speech_config(warm, speech={"voice_pack": pack}))
    await library.prepare([])
    (file,) = library.spoken("en", "digits", "8")
    sound = heard(file)
    assert sound.size == pytest.approx(RATE, abs=80)
    assert np.abs(np.fft.rfft(sound)).argmax() * RATE / sound.size == pytest.approx(700, abs=5)


async def test_pack_speaks_what_it_has_and_the_voice_the_rest(
    tmp_path: Path, warm: Path, pack: Path
) -> None:
    plain, packed = (
        PromptLibrary(speech_config(warm, speech=speech))
        for speech in ({}, {"voice_pack": pack, "prompts_dir": tmp_path / "recorded"})
    )
    one = beep(tmp_path / "recorded" / "en" / "number-1.wav")
    await plain.prepare([])
    await packed.prepare([])
    seven, eight, own = packed.spoken("en", "digits", "781")
    assert seven == str(pack / "en" / "digits" / "7.wav")
    assert eight == plain.spoken("en", "digits", "81")[0]
    assert own == one  # recordings win over the pack
    goodbye = phrase(Phrase.GOODBYE, "en")
    assert packed.say("en", goodbye) == str(pack / "en" / "vm-goodbye.wav")
    joined = heard(packed.say("en", "twenty-seven"))
    assert 2.0 < joined.size / RATE < 2.2


async def test_pack_that_is_not_there_is_told_with_its_option(warm: Path, tmp_path: Path) -> None:
    gone = PromptLibrary(speech_config(warm, speech={"voice_pack": tmp_path / "gone"}))
    with pytest.raises(PromptError, match=r"speech\.voice_pack: no folder .*gone"):
        await gone.prepare([])


def test_every_name_of_the_table_is_a_name_of_ours() -> None:
    from callserver.speech.pack import _table

    for part, table in _table().items():
        spoken = LANGUAGES if part == "any" else (part,)
        for name in table:
            for language in spoken:
                assert name in {**vocabulary.pieces(language), **everything(language)}, name


def test_whole_english_pack_covers_numbers_dates_and_times() -> None:
    for name in vocabulary.pieces("en"):
        if name.split("-")[0] in ("number", "ordinal", "month", "weekday", "letter", "hour"):
            assert list(candidates("en", name)), name


def test_wave_of_the_fixture_is_what_call_workers_play(pack: Path) -> None:
    with wave.open(str(pack / "en" / "vm-goodbye.wav"), "rb") as file:
        assert file.getframerate() == RATE
