"""One library with everything in four languages, rendered once a test process."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from callserver.config import Config
from callserver.speech.phrases import LANGUAGES
from callserver.speech.prompts import PromptLibrary

TEXTS = {
    "en": "To speak with an agent, press 1.",
    "ru": "Чтобы поговорить с оператором, нажмите один.",
    "uk": "Щоб поговорити з оператором, натисніть один.",
    "lv": "Lai runātu ar operatoru, nospiediet viens.",
}


def speech_config(data: Path, *languages: str, **sections: Any) -> Config:
    lines = {language: {"flow": "any", "language": language} for language in languages}
    return Config.model_validate({"server": {"data_dir": data}, "lines": lines, **sections})


@pytest.fixture
def warm(tmp_path: Path, ready: PromptLibrary) -> Path:
    """A data folder of its own whose cache has what ``ready`` made."""
    folder = tmp_path / "warm"
    folder.mkdir()
    (folder / "prompts").symlink_to(Path(ready.music("")).parent)
    return folder


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> PromptLibrary:
    library = PromptLibrary(speech_config(tmp_path_factory.mktemp("var"), *LANGUAGES))
    asyncio.run(library.prepare(TEXTS.items()))
    return library
