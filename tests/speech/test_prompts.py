"""The prompt library with the real voice: what it makes, what it keeps, what wins."""

import wave
from pathlib import Path

import numpy as np
import pytest

from callserver.model.errors import PromptError
from callserver.speech import phrases
from callserver.speech.phrases import LANGUAGES, Phrase
from callserver.speech.prompts import PromptLibrary, slug
from callserver.speech.sound import RATE, Samples, write
from tests.speech.conftest import TEXTS, speech_config


def heard(file: str) -> Samples:
    with wave.open(file, "rb") as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (RATE, 2, 1)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32768


def beep(path: Path, rate: int = RATE, channels: int = 1) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = 0.5 * np.sin(2 * np.pi * 700 * np.arange(rate) / rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.repeat(tone, channels) * 32767).astype("<i2").tobytes())
    return str(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_speaks_loud_and_clear_and_never_clips(
    ready: PromptLibrary, language: str
) -> None:
    words = [TEXTS[language], *phrases.everything(language).values()]
    for text in words:
        sound = heard(ready.say(language, text))
        assert 0.04 < sound.size / RATE / len(text) < 0.14, text
        assert np.abs(sound).max() < 0.9
        frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
        power = (frames**2).mean(axis=1)
        assert -18.5 < 10 * np.log10(power[power > power.max() / 1000].mean()) < -15
        assert np.abs(sound[:400]).max() < 0.05
        assert np.abs(sound[-400:]).max() < 0.05


@pytest.mark.parametrize("language", LANGUAGES)
def test_speech_lies_in_the_telephone_band(ready: PromptLibrary, language: str) -> None:
    sound = heard(ready.say(language, TEXTS[language]))
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(sound.size, 1 / RATE)
    assert power[(hertz > 200) & (hertz < 3600)].sum() / power.sum() > 0.85
    assert power[hertz > 3800].sum() / power.sum() < 0.001


def test_the_languages_have_different_voices(ready: PromptLibrary) -> None:
    assert len({ready.say(language, TEXTS[language]) for language in LANGUAGES}) == 4


def test_each_place_has_a_file_and_a_far_one_has_one_too(ready: PromptLibrary) -> None:
    files = {ready.position("uk", place) for place in range(1, 25)}
    assert len(files) == 21
    assert all(Path(file).is_file() for group in files for file in group)


def test_what_was_not_prepared_is_an_error_that_says_so(ready: PromptLibrary) -> None:
    with pytest.raises(PromptError, match="was not prepared"):
        ready.say("en", "Nobody expected this.")
    with pytest.raises(PromptError, match=r"no recording en/jingle\.wav"):
        ready.recorded("en", "jingle")


async def test_second_start_makes_nothing_and_a_new_text_makes_one_file(tmp_path: Path) -> None:
    made: list[tuple[int, int]] = []
    config = speech_config(tmp_path)
    await PromptLibrary(config).prepare([], lambda *step: made.append(step))
    assert made == [(n, len(made)) for n in range(1, len(made) + 1)]
    files = {file: file.stat().st_mtime_ns for file in config.prompts_cache.iterdir()}
    assert len(files) == len(made)
    made.clear()
    await PromptLibrary(config).prepare([], lambda *step: made.append(step))
    assert not made
    await PromptLibrary(config).prepare([("en", "New.")], lambda *step: made.append(step))
    assert made == [(1, 1)]
    assert {file: file.stat().st_mtime_ns for file in files} == files


async def test_recordings_win_over_the_voice_by_slug_and_by_the_name_of_a_phrase(
    tmp_path: Path,
) -> None:
    recorded = tmp_path / "recorded"
    greeting = beep(recorded / "en" / "welcome-to-example-s-shop.wav")
    sorry = beep(recorded / "en" / "sorry.wav")
    third = beep(recorded / "en" / "position-3.wav")
    jingle = beep(recorded / "en" / "jingle.wav")
    library = PromptLibrary(speech_config(tmp_path, speech={"prompts_dir": recorded}))
    await library.prepare([("en", "Welcome to Example's shop!")])
    assert library.say("en", "Welcome to Example's shop!") == greeting
    assert library.say("en", phrases.phrase(Phrase.SORRY, "en")) == sorry
    assert library.position("en", 3) == (third,)
    assert library.recorded("en", "jingle") == jingle
    assert library.position("en", 4) != (third,)


async def test_recordings_and_music_of_another_form_are_converted(tmp_path: Path) -> None:
    beep(tmp_path / "recorded" / "en" / "jingle.wav", rate=44100, channels=2)
    music = beep(tmp_path / "music.wav", rate=48000)
    plain = beep(tmp_path / "plain.wav")
    library = PromptLibrary(
        speech_config(
            tmp_path,
            speech={"prompts_dir": tmp_path / "recorded"},
            queues={"sales": {"music": music}, "support": {"music": plain}, "other": {}},
        )
    )
    await library.prepare([])
    for file in library.recorded("en", "jingle"), library.music("sales"):
        sound = heard(file)
        assert sound.size == RATE
        assert 10 * np.log10((sound**2).mean()) == pytest.approx(-9, abs=0.5)
        assert np.abs(np.fft.rfft(sound)).argmax() == 700
    assert library.music("support") == plain
    assert library.music("other") == library.music("") != plain


async def test_music_that_is_not_there_or_no_sound_is_told_with_its_file(tmp_path: Path) -> None:
    gone = PromptLibrary(speech_config(tmp_path, queues={"sales": {"music": "gone.wav"}}))
    with pytest.raises(PromptError, match=r"queues\.sales\.music: no file gone\.wav"):
        await gone.prepare([])
    text = tmp_path / "text.wav"
    text.write_text("no sound at all", encoding="utf-8")
    noise = PromptLibrary(speech_config(tmp_path, queues={"sales": {"music": str(text)}}))
    with pytest.raises(PromptError, match=r"text\.wav is no sound file"):
        await noise.prepare([])


def test_slug_is_readable_in_every_alphabet() -> None:
    assert slug("Thank you. Goodbye.") == "thank-you-goodbye"
    assert slug("Дякуємо за дзвінок!") == "дякуємо-за-дзвінок"
    assert len(slug("word " * 40)) <= 48
    assert not slug("word " * 40).endswith("-")


def test_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.zeros(800))
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]
