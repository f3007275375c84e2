"""Names of callers: what can be said of them, and no more work than can be borne."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from callserver.model.errors import PromptError
from callserver.speech import jobs, names, wavefile
from callserver.speech.children import render
from callserver.speech.names import MOST, SpokenNames, sayable


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Jane Doe", "Jane Doe"),
        ("  Jānis   Bērziņš ", "Jānis Bērziņš"),
        ("O'Neill-Smith", "O'Neill-Smith"),
        ("+371 20000012", ""),
        ("<speak>Jane</speak>", "speak Jane speak"),
        ("[[h@l'oU]]", "h l'oU"),
        ("Jane\r\nDoe", "Jane Doe"),
        ("x" * 41, ""),
        ("'''-'''", ""),
        ("", ""),
    ],
)
def test_what_is_said_of_a_name_are_its_letters(name: str, said: str) -> None:
    assert sayable(name) == said


class Studio:
    """Makes a file, or cannot."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.broken = False

    async def render(self, work: Sequence[jobs.Job], done: Callable[[str], None]) -> None:
        if self.broken:
            raise PromptError("no voice")
        for job in work:
            assert isinstance(job, jobs.Speak)
            self.made.append(job.text)
            Path(job.file).touch()  # noqa: ASYNC240 - a studio takes its time


async def test_names_are_made_once_and_not_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio()
    spoken = SpokenNames(tmp_path / "names", 150, {}, studio.render)
    await spoken.learn("en", "Jane Doe")
    await spoken.learn("en", "Jane Doe")
    await spoken.learn("en", "John Roe")  # too soon
    assert studio.made == ["Jane Doe"]
    assert spoken.find("en", "Jane Doe") is not None
    assert spoken.find("en", "John Roe") is spoken.find("ru", "Jane Doe") is None
    monkeypatch.setattr(names, "REST_S", 0.0)
    spoken = SpokenNames(tmp_path / "names", 150, {}, studio.render)
    for number in range(MOST + 5):
        await spoken.learn("en", f"Jane {chr(97 + number % 26)}{chr(97 + number // 26)}")
    assert len(studio.made) == MOST + 6
    assert len(list((tmp_path / "names").glob("*.wav"))) == MOST


async def test_a_name_that_cannot_be_made_is_no_mistake(tmp_path: Path) -> None:
    studio = Studio()
    studio.broken = True
    spoken = SpokenNames(tmp_path / "names", 150, {}, studio.render)
    await spoken.learn("en", "Jane Doe")
    assert spoken.find("en", "Jane Doe") is None


async def test_a_name_can_be_played(tmp_path: Path) -> None:
    spoken = SpokenNames(tmp_path / "names", 150, {}, render)
    await spoken.learn("en", "Jane Doe")
    file = spoken.find("en", "Jane Doe")
    assert file is not None
    assert wavefile.is_playable(Path(file))
