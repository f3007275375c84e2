"""A voice pack: standard IVR sound files in Asterisk's layout, ``en/digits/1.wav``,
``en/letters/a.gsm``, ``en/vm-goodbye.ulaw``. Knows which of its files say one of our pieces.

What depends on grammar (ordinals, months, units) is taken for English alone: packs of other
languages do not agree on the case. The names in ``asterisk.yaml``, the rules here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from callserver.model.errors import PromptError

SUFFIXES = (".wav", ".WAV", ".wav16", ".sln16", ".g722", ".sln", ".alaw", ".ulaw", ".gsm")
"""What may be in a pack, the best first."""

_NUMBER = re.compile(r"number-(\d+)(-[fn])?")
_ENGLISH = re.compile(r"(ordinal|month|position|wait-about)-(\d+)")
_LETTER = re.compile(r"letter-([a-z])")

Names = tuple[str, ...]


class VoicePack:
    """The files of a folder; read once."""

    def __init__(self, folder: Path) -> None:
        """Raises ``PromptError`` when there is no such folder."""
        if not folder.is_dir():
            raise PromptError(f"speech.voice_pack: no folder {folder}; name one, or set it to null")
        self._folder = folder
        self._files: dict[str, dict[str, Path]] = {}

    def sources(self, language: str, name: str) -> tuple[Path, ...]:
        """The files that, one after the other, say the piece ``name``; empty: it is not there."""
        if language not in self._files:
            self._files[language] = dict(self._scan(language))
        files = self._files[language]
        for names in candidates(language, name) if files else ():
            if all(each in files for each in names):
                return tuple(files[each] for each in names)
        return ()

    def _scan(self, language: str) -> Iterator[tuple[str, Path]]:
        """Of several formats of a sound the best comes last, and stays."""
        tag = re.compile(rf"{language}([_-].*)?", re.IGNORECASE)
        for folder in sorted(self._folder.iterdir(), reverse=True):
            if not tag.fullmatch(folder.name) or not folder.is_dir():
                continue
            for suffix in reversed(SUFFIXES):
                for file in sorted(folder.rglob(f"*{suffix}")):
                    yield str(file.relative_to(folder).with_suffix("")), file


def candidates(language: str, name: str) -> Iterator[Names]:
    """The names in Asterisk's layout that would say a piece of ours, the best first."""
    table = _table()
    name = name.removesuffix("-on")
    for part in ("any", language):
        yield from (tuple(names) for names in table.get(part, {}).get(name, ()))
    if found := _NUMBER.fullmatch(name):
        yield from _number(language, int(found[1]), (found[2] or "-")[1:])
    elif found := _LETTER.fullmatch(name):
        yield (f"letters/{found[1]}",)
    elif language == "en" and (found := _ENGLISH.fullmatch(name)):
        yield from _english(found[1], int(found[2]))


def _number(language: str, number: int, gender: str) -> Iterator[Names]:
    yield (f"digits/{number}{gender}",)
    tens, one = divmod(number, 10)
    if 20 < number < 100 and one:
        yield (f"digits/{tens}0", f"digits/{one}{gender}")
    elif number >= 100 and language == "en":
        yield (f"digits/{number // 100}", "digits/hundred")


def _english(kind: str, number: int) -> Iterator[Names]:
    spoken: list[Names] = [(f"digits/{number}",)]
    if number > 20 and number % 10:
        spoken.append((f"digits/{number // 10}0", f"digits/{number % 10}"))
    match kind:
        case "ordinal":
            yield (f"digits/h-{number}",)
            yield (f"digits/{number // 10}0", f"digits/h-{number % 10}")
        case "month":
            yield (f"digits/mon-{number - 1}",)
        case "position":
            for digits in spoken:
                yield ("queue-thereare", *digits, "queue-callswaiting")
        case _:
            for digits in spoken:
                yield (*digits, "queue-minutes")


@cache
def _table() -> Mapping[str, Mapping[str, list[list[str]]]]:
    text = resources.files(__package__).joinpath("asterisk.yaml").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, list[list[str]]]] = yaml.safe_load(text)
    return table
