"""The prompt library with the real voice: what it makes, what it keeps, what wins."""

import time
import wave
from pathlib import Path

import numpy as np
import pytest

from callserver.model.errors import PromptError
from callserver.speech import phrases, vocabulary
from callserver.speech.phrases import LANGUAGES, Phrase
from callserver.speech.prompts import PromptLibrary, slug
from callserver.speech.sound import RATE, Samples, write
from callserver.speech.values import PAUSE
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


async def test_only_the_languages_of_lines_and_of_what_flows_say_are_made(warm: Path) -> None:
    library = PromptLibrary(speech_config(warm, "uk"))
    await library.prepare([("lv", TEXTS["lv"])])
    for language in ("en", "uk", "lv"):
        assert library.spoken(language, "number", 1)
    with pytest.raises(PromptError, match="was not prepared"):
        library.spoken("ru", "number", 1)


async def test_flow_that_cannot_be_made_ready_leaves_everything_as_it_was(
    tmp_path: Path, warm: Path
) -> None:
    recorded = tmp_path / "recorded" / "en"
    jingle = beep(recorded / "jingle.wav")
    library = PromptLibrary(speech_config(warm, speech={"prompts_dir": recorded.parent}))
    await library.prepare([])
    (recorded / "broken.wav").write_text("no sound at all", encoding="utf-8")
    with pytest.raises(PromptError, match=r"broken\.wav is no sound file"):
        await library.prepare([("en", "New words.")])
    with pytest.raises(PromptError, match="was not prepared"):
        library.say("en", "New words.")
    assert library.recorded("en", "jingle") == jingle


async def test_nouns_of_the_house_are_counted_in_their_gender(warm: Path) -> None:
    nouns = {
        "ticket": {"en": "ticket|tickets", "ru": "f|заявка|заявки|заявок", "lv": "m|biļets|biļeti"}
    }
    library = PromptLibrary(speech_config(warm, "en", "ru", "lv", speech={"nouns": nouns}))
    await library.prepare([])
    two = library.spoken("ru", "count", 22, "ticket")
    assert two == (library.say("ru", "двадцать две,"), library.say("ru", "заявки"))
    assert library.spoken("en", "count", 1, "ticket")[-1] == library.say("en", "ticket")
    assert library.spoken("lv", "count", 10, "ticket")[-1] == library.say("lv", "biļeti")
    with pytest.raises(PromptError, match="no noun `ticket`"):
        library.spoken("uk", "count", 1, "ticket")


@pytest.mark.parametrize("written", ["заявка|заявки", "x|a|b|c", "f|a|b", "f|a||c"])
def test_noun_without_all_its_forms_is_refused_with_its_key(tmp_path: Path, written: str) -> None:
    with pytest.raises(ValueError, match=r"ticket\.ru: write the gender"):
        speech_config(tmp_path, speech={"nouns": {"ticket": {"ru": written}}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_piece_is_short_loud_and_begins_and_ends_at_once(
    ready: PromptLibrary, language: str
) -> None:
    for name, text in vocabulary.pieces(language).items():
        if text == PAUSE:
            continue
        sound = heard(ready.say(language, text))
        peak = np.abs(sound).max()
        loud = np.flatnonzero(np.abs(sound) > peak * 10 ** (-45 / 20))
        assert 0.1 < sound.size / RATE < 0.9 + 0.09 * len(text), (name, text)
        assert 0.02 < loud[0] / RATE < 0.05, (name, text)
        assert 0.02 <= (sound.size - loud[-1]) / RATE < 0.05, (name, text)
        assert peak <= 0.9, (name, text)
        frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
        power = (frames**2).mean(axis=1)
        assert -20.5 < 10 * np.log10(power[power > power.max() / 1000].mean()) < -14.5, (name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentence_of_pieces_flows_without_holes(ready: PromptLibrary, language: str) -> None:
    """A pause of 0.2 s in the middle of a sum would be heard as its end."""
    for asked in (("money", "1234.56", "EUR"), ("date", "2026-11-23", "full"), ("range", "3-5")):
        sound = np.concatenate([heard(file) for file in ready.spoken(language, *asked)])
        quiet = np.abs(sound) < np.abs(sound).max() * 0.02
        edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
        assert np.diff(edges)[::2].max() / RATE < 0.2, asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_telephone_number_has_pauses_between_its_groups(
    ready: PromptLibrary, language: str
) -> None:
    files = ready.spoken(language, "phone", "+37120123456")
    pause = heard(ready.say(language, PAUSE))
    assert not pause.any()
    assert pause.size / RATE == pytest.approx(0.25)
    assert files.count(ready.say(language, PAUSE)) == 3


def test_looking_up_a_value_is_quick_and_makes_nothing(ready: PromptLibrary) -> None:
    began = time.process_time()
    for number in range(1000):
        ready.spoken("lv", "money", number * 1.01, "EUR")
    assert (time.process_time() - began) / 1000 < 0.002


async def test_recordings_win_over_the_voice_by_slug_and_by_the_name_of_a_phrase(
    tmp_path: Path, warm: Path
) -> None:
    recorded = tmp_path / "recorded"
    greeting = beep(recorded / "en" / "welcome-to-example-s-shop.wav")
    sorry = beep(recorded / "en" / "sorry.wav")
    third = beep(recorded / "en" / "position-3.wav")
    jingle = beep(recorded / "en" / "jingle.wav")
    seven = beep(recorded / "en" / "number-7.wav")
    library = PromptLibrary(speech_config(warm, speech={"prompts_dir": recorded}))
    await library.prepare([("en", "Welcome to Example's shop!")])
    assert library.say("en", "Welcome to Example's shop!") == greeting
    assert library.say("en", phrases.phrase(Phrase.SORRY, "en")) == sorry
    assert library.position("en", 3) == (third,)
    assert library.recorded("en", "jingle") == jingle
    assert library.position("en", 4) != (third,)
    assert library.spoken("en", "digits", "77") == (seven, seven)


async def test_recordings_and_music_of_another_form_are_converted(
    tmp_path: Path, warm: Path
) -> None:
    beep(tmp_path / "recorded" / "en" / "jingle.wav", rate=44100, channels=2)
    music = beep(tmp_path / "music.wav", rate=48000)
    plain = beep(tmp_path / "plain.wav")
    library = PromptLibrary(
        speech_config(
            warm,
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


async def test_music_that_is_not_there_or_no_sound_is_told_with_its_file(
    tmp_path: Path, warm: Path
) -> None:
    gone = PromptLibrary(speech_config(warm, queues={"sales": {"music": "gone.wav"}}))
    with pytest.raises(PromptError, match=r"queues\.sales\.music: no file gone\.wav"):
        await gone.prepare([])
    text = tmp_path / "text.wav"
    text.write_text("no sound at all", encoding="utf-8")
    noise = PromptLibrary(speech_config(warm, queues={"sales": {"music": str(text)}}))
    with pytest.raises(PromptError, match=r"text\.wav is no sound file"):
        await noise.prepare([])


def test_slug_is_readable_in_every_alphabet() -> None:
    assert slug("Thank you. Goodbye.") == "thank-you-goodbye"
    assert slug("Дякуємо за дзвінок!") == "дякуємо-за-дзвінок"
    assert len(slug("word " * 40)) <= 48
    assert not slug("word " * 40).endswith("-")
    assert slug("word " * 40) != slug("word " * 41)


def test_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.zeros(800))
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


def pitch_at_the_end(sound: Samples) -> tuple[float, float]:
    """Hertz in the middle and at the end of a voice, by autocorrelation."""
    heights = []
    for start in range(0, sound.size - 400, 80):
        frame = sound[start : start + 400] * np.hanning(400)
        if np.sqrt((frame**2).mean()) < 0.02:
            continue
        like = np.correlate(frame, frame, "full")[399:]
        lag = 8000 // 150 + int(like[8000 // 150 : 8000 // 60].argmax())
        if like[lag] > 0.5 * like[0]:
            heights.append(8000 / lag)
    half = len(heights) // 2
    return float(np.median(heights[half : half + 5])), float(np.median(heights[-4:]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_voice_falls_at_the_end_and_stays_up_before_it(ready: PromptLibrary, language: str) -> None:
    up, down = ready.spoken(language, "digits", "99")
    _, last_up = pitch_at_the_end(heard(up))
    _, last_down = pitch_at_the_end(heard(down))
    assert last_up > last_down * 1.05
