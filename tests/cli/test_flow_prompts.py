"""``flow prompts``: the list for a voice talent, and what comes back from the studio."""

import csv
import io
import unicodedata
import wave
from pathlib import Path

import numpy as np
import pytest

from callserver.speech.wavefile import is_playable
from tests.cli.conftest import Run

FLOW = """
start: hello
steps:
  hello:
    say: {en: "Hello there.", ru: "Здравствуйте, вы нам позвонили."}
    next: jingle
  jingle:
    play: jingle
    next: paid
  paid:
    say: {en: "You paid {amount|money:EUR}", ru: "Вы заплатили {amount|money:EUR}"}
    next: bye
  bye:
    say: {en: "Thank you for calling. Goodbye.", ru: "Спасибо за звонок. До свидания."}
"""


@pytest.fixture
def shop(run: Run, tmp_path: Path) -> Run:
    """A line in two languages with a flow, and a folder for recordings."""
    (tmp_path / "config").mkdir()
    (tmp_path / "ivr_flows").mkdir()
    (tmp_path / "config" / "callserver.yaml").write_text("speech: {prompts_dir: recorded}\n")
    (tmp_path / "config" / "lines.yaml").write_text(
        "'100': {flow: shop}\n'200': {flow: shop, language: ru}\n"
    )
    (tmp_path / "ivr_flows" / "shop.yaml").write_text(
        FLOW.replace(
            "  hello:", "  amount:\n    set: {amount: 12}\n    next: hello\n  hello:", 1
        ).replace("start: hello", "start: amount"),
        encoding="utf-8",
    )
    return run


def tone(file: Path, *, rate: int = 44100, seconds: float = 1.0, gain: float = 0.3) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    sound = gain * np.sin(2 * np.pi * 500 * np.arange(int(rate * seconds)) / rate)
    padded = np.pad(sound, rate)  # a second of silence before and behind
    with wave.open(str(file), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        data = np.clip(np.repeat(padded, 2), -1, 1)
        out.writeframes((data * 32767).astype("<i2").tobytes())
    return file


def listed(run: Run, *arguments: str) -> list[dict[str, str]]:
    outcome = run("flow", "prompts", "--format", "csv", *arguments)
    assert outcome.code == 0, outcome.err
    return list(csv.DictReader(io.StringIO(outcome.out)))


def test_list_has_every_line_once_with_file_text_and_place(shop: Run) -> None:
    rows = {row["file"]: row for row in listed(shop)}
    assert rows["en/hello-there.wav"]["text"] == "Hello there."
    assert rows["en/hello-there.wav"]["used"] == "shop: hello"
    assert rows["ru/вы-заплатили.wav"]["used"] == "shop: paid"
    assert rows["en/jingle.wav"] | {"text": ""} == rows["en/jingle.wav"]
    assert rows["ru/jingle.wav"]["used"] == "shop: jingle"
    assert rows["en/goodbye.wav"]["used"] == "system, shop: bye"
    assert rows["ru/number-21-f.wav"]["text"] == "двадцать одна,"
    assert not any("…" in row["text"] for row in rows.values())
    texts = [(row["language"], row["text"]) for row in rows.values() if row["text"]]
    assert len(set(texts)) == len(texts)


def test_list_can_be_narrowed_to_a_language_a_use_and_what_is_missing(
    shop: Run, tmp_path: Path
) -> None:
    tone(tmp_path / "recorded" / "ru" / "jingle.wav")
    rows = listed(shop, "--language", "ru", "--use", "flows", "--missing")
    assert [row["file"] for row in rows] == [
        "ru/здравствуйте-вы-нам-позвонили.wav",
        "ru/вы-заплатили.wav",
    ]


def test_table_is_for_people(shop: Run) -> None:
    outcome = shop("flow", "prompts", "--use", "flows")
    assert "Hello there." in outcome.out
    assert "0 recorded; the others are synthesised." in outcome.err


def test_studio_files_are_taken_in_trimmed_levelled_and_playable(shop: Run, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    tone(studio / "en" / "Hello there.wav", gain=0.05)
    tone(studio / "en" / "number-7.wav", seconds=0.5)
    taken_apart = unicodedata.normalize("NFD", "здравствуйте-вы-нам-позвонили")
    tone(studio / "ru" / f"{taken_apart}.wav")
    outcome = shop("flow", "prompts", "--import", "studio")
    assert outcome.code == 0, outcome.err
    assert "3 imported, 0 refused" in outcome.err
    for name, seconds in (("en/hello-there", 1.2), ("en/number-7", 0.56)):
        file = tmp_path / "recorded" / f"{name}.wav"
        assert is_playable(file)
        with wave.open(str(file), "rb") as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32768
        assert samples.size / 8000 == pytest.approx(seconds, abs=0.03)
        assert 10 * np.log10((samples[1000:-1000] ** 2).mean()) == pytest.approx(-16, abs=1)
    assert (tmp_path / "recorded" / "ru" / "здравствуйте-вы-нам-позвонили.wav").is_file()
    assert {row["file"] for row in listed(shop) if row["recorded"] == "yes"} == {
        "en/hello-there.wav",
        "en/number-7.wav",
        "ru/здравствуйте-вы-нам-позвонили.wav",
    }


def test_unknown_names_and_bad_files_are_told_and_the_rest_is_taken(
    shop: Run, tmp_path: Path
) -> None:
    studio = tmp_path / "studio" / "en"
    tone(studio / "helo-there.wav")
    tone(studio / "number-8.wav", gain=0.0)
    tone(studio / "number-9.wav", gain=3.0)
    (studio / "number-6.wav").write_text("no sound")
    outcome = shop("flow", "prompts", "--import", "studio")
    assert outcome.code == 1
    assert "no prompt has this name; did you mean `hello-there`?" in outcome.err
    assert "number-8.wav: there is no sound in it" in outcome.err
    assert "number-6.wav is no sound file" in outcome.err
    assert "clipped: record it again" in outcome.out
    assert "1 imported, 3 refused" in outcome.err


def test_what_is_recorded_already_stays_unless_it_shall_be_replaced(
    shop: Run, tmp_path: Path
) -> None:
    tone(tmp_path / "studio" / "en" / "jingle.wav")
    first = tone(tmp_path / "recorded" / "en" / "jingle.wav", seconds=2.0)
    size = first.stat().st_size
    outcome = shop("flow", "prompts", "--import", "studio")
    assert "is there already; --replace" in outcome.err
    assert first.stat().st_size == size
    assert shop("flow", "prompts", "--import", "studio", "--replace").code == 0
    assert first.stat().st_size < size


def test_import_without_a_place_or_without_files_says_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    (tmp_path / "config").mkdir()
    config = tmp_path / "config" / "callserver.yaml"
    (tmp_path / "ivr_flows").mkdir()
    config.write_text("{}\n")
    outcome = run("flow", "prompts", "--import", "studio")
    assert (outcome.code, "set speech.prompts_dir" in outcome.err) == (2, True)
    config.write_text("speech: {prompts_dir: recorded}\n")
    outcome = run("flow", "prompts", "--import", "studio")
    assert (outcome.code, "no recordings in en/" in outcome.err) == (2, True)
    outcome = run("flow", "prompts", "--import", "gone")
    assert (outcome.code, "gone is no folder" in outcome.err) == (2, True)
