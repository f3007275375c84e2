"""Recordings as a voice talent delivers them, made into what call workers play. Imports numpy: for
commands and render children, never for the controller."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callserver.model.errors import PromptError
from callserver.speech import sound
from callserver.speech.convert import convert
from callserver.speech.script import Line, slug

SHORTEST_S = 0.1
LONGEST_S = 120.0
_SILENT_DB = -60.0
_QUIET_DB = -40.0
_FULL = 0.99
_CLIPPED = 0.001
"""A thousandth of all samples at full scale can be heard."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording that is in its place now; ``warnings`` are for the ears of a person."""

    seconds: float
    warnings: tuple[str, ...]


def wanted(file: Path, lines: Mapping[str, Line]) -> Line | None:
    """The line that a file is a recording of, by its name: ``number-21.wav``, ``Number 21.flac``.
    Macs take letters apart (й, ї, ā); here they are put together again."""
    stem = unicodedata.normalize("NFC", file.stem).lower()
    return lines.get(stem) or lines.get(slug(stem))


def take(file: Path, line: Line, target: Path) -> Taken:
    """Convert, cut the silence at the ends, bring to the loudness of the voice, write. Raises
    ``PromptError`` when it is no recording that can be used."""
    samples = convert(file)
    seconds = samples.size / sound.RATE
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise PromptError(f"it is {seconds:.1f} s long; {SHORTEST_S:g} to {LONGEST_S:g} s can be")
    peak = float(np.abs(samples).max())
    loud = float(np.sqrt((samples**2).mean()))
    if peak < 10 ** (_SILENT_DB / 20):
        raise PromptError("there is no sound in it")
    ready = sound.level(sound.trim(samples, line.edge_s), sound.LOUDNESS_DB)
    target.parent.mkdir(parents=True, exist_ok=True)
    sound.write(target, ready)
    return Taken(ready.size / sound.RATE, tuple(_warnings(samples, loud)))


def _warnings(samples: sound.Samples, loud: float) -> Iterator[str]:
    if (np.abs(samples) >= _FULL).mean() > _CLIPPED:
        yield "clipped: record it again with less gain"
    if loud < 10 ** (_QUIET_DB / 20):
        yield "very quiet: its noise was made louder with it"
