"""Phones that are answered, synthesised: what whoever called them hears, and who it was.

Humans say a word or two, some their name, some the name of a company, and wait; some say hello
again when nothing comes. Machines go on, most of them up to a tone. All of it in many voices, at
different speeds, loudnesses and distances, beside silence, hiss, a hum or other people, through
G.711. One seed gives the same calls, but for the breath of some voices, which the synthesiser makes
anew each time: a few in a thousand are judged otherwise then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import numpy as np
import yaml

from callserver.speech.sound import LOUDNESS_DB, RATE, Samples
from callserver.speech.voice import VOICES, Manner, Voice
from callserver.testing import tones

LENGTH_S = 16.0
LANGUAGES = tuple(VOICES)
NOISES_DB = (None, 25.0, 15.0, 10.0)
"""How far the noise is below the voice; None: there is none."""
MACHINES, BRIEF, WITH_TONE = 0.5, 0.08, 0.8
HUMANS = {"short": 0.6, "named": 0.25, "company": 0.15}
_VARIANTS = ("", "m1", "m3", "m4", "m7", "f1", "f2", "f3", "f4", "f5")
_NOISES = ("hiss", "engine", "people")
_FULL = 32768.0


@dataclass(frozen=True, slots=True)
class Greeting:
    """One call that is answered: 16-bit samples at 8 kHz from the answer on. ``ends_s`` is when
    all is said, the tone included."""

    language: str
    machine: bool
    kind: str
    text: str
    noise: str
    noise_db: float | None
    ends_s: float
    sound: bytes


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Language → kind → what is said."""
    written = files("callserver.bench").joinpath("greetings.yaml").read_text("utf-8")
    read: dict[str, dict[str, Any]] = yaml.safe_load(written)
    return read


def greetings(count: int, seed: int) -> Iterator[Greeting]:
    """So many, the languages and noises in turn."""
    chance = Random(seed)  # noqa: S311 - repeatable, no secret
    studio = _Studio(chance, Voice())
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        noise = NOISES_DB[number // len(LANGUAGES) % len(NOISES_DB)]
        yield studio.greeting(language, noise)


class _Studio:
    def __init__(self, chance: Random, voice: Voice) -> None:
        self._chance = chance
        self._voice = voice
        self._scatter = np.random.default_rng(chance.randrange(1 << 32))
        self._crowd: Samples | None = None

    def greeting(self, language: str, noise_db: float | None) -> Greeting:
        chance = self._chance
        manner = Manner(chance.choice(_VARIANTS), chance.randint(20, 75))
        speed = chance.randint(135, 200)
        machine = chance.random() < MACHINES
        said = texts()[language]
        if machine:
            kind = "brief" if chance.random() < BRIEF else "machine"
            picked = chance.choice(said[kind])
            sentences = [picked] if isinstance(picked, str) else picked
            sound = self._machine(sentences, language, speed, manner, always=kind == "brief")
        else:
            kind = chance.choices(list(HUMANS), list(HUMANS.values()))[0]
            sentences = [chance.choice(said[kind])]
            sound = self._human(sentences[0], language, speed, manner)
        noise = "none" if noise_db is None else chance.choice(_NOISES)
        heard = self._line(sound, noise, noise_db or 0.0)
        text, ends_s = " ".join(sentences), sound.size / RATE
        return Greeting(language, machine, kind, text, noise, noise_db, ends_s, heard)

    def _human(self, text: str, language: str, speed: int, manner: Manner) -> Samples:
        chance = self._chance
        first = self._say(text, language, speed, manner)
        parts = [_nothing(min(chance.lognormvariate(-0.9, 0.6), 2.0)), first]
        if chance.random() < 0.5:  # nobody answers, so they ask again
            again = self._say(texts()[language]["short"][0], language, speed, manner)
            parts += [_nothing(chance.uniform(1.2, 3.0)), again]
        return np.concatenate(parts)

    def _machine(
        self, sentences: list[str], language: str, speed: int, manner: Manner, *, always: bool
    ) -> Samples:
        chance = self._chance
        parts = [_nothing(min(chance.lognormvariate(-1.2, 0.7), 1.5))]
        for sentence in sentences:
            parts += [self._say(sentence, language, speed, manner)]
            parts += [_nothing(chance.uniform(0.2, 0.7))]
        if always or chance.random() < WITH_TONE:
            parts += [_nothing(chance.uniform(0.1, 0.8)), self._beep()]
        return np.concatenate(parts)

    def _say(self, text: str, language: str, speed: int, manner: Manner) -> Samples:
        return self._voice.speak(text, language, speed, 0.0, manner)

    def _beep(self) -> Samples:
        hz, seconds = self._chance.uniform(420, 1500), self._chance.uniform(0.25, 1.0)
        level = LOUDNESS_DB + self._chance.uniform(-6, 3)
        return tones.tone(hz, seconds=seconds, level=level) / _FULL

    def _line(self, sound: Samples, noise: str, noise_db: float) -> bytes:
        """Through the air of the place and the telephone network."""
        whole = np.zeros(round(LENGTH_S * RATE))
        cut = sound[: whole.size]
        whole[: cut.size] = cut
        if noise != "none":
            whole += self._noise(noise, whole.size) * 10 ** ((LOUDNESS_DB - noise_db) / 20)
        whole *= 10 ** (self._chance.uniform(-14, 4) / 20)
        samples = np.clip(np.rint(whole * _FULL), -32768, 32767).astype(np.int16)
        code, decode = self._chance.choice(
            ((tones.ulaw, tones.from_ulaw), (tones.alaw, tones.from_alaw))
        )
        return decode(code(samples)).astype("<i2").tobytes()

    def _noise(self, kind: str, count: int) -> Samples:
        """Of a power of 1: hiss, a hum and hiss as of an engine, or people."""
        hiss: Samples = self._scatter.standard_normal(count)
        if kind == "hiss":
            return hiss
        if kind == "people":
            crowd = self._people()
            return np.roll(crowd, self._chance.randrange(crowd.size))[:count]
        low = np.convolve(hiss, np.hanning(24), mode="same")
        hum = np.sin(2 * np.pi * self._chance.uniform(80, 160) * np.arange(count) / RATE)
        engine: Samples = low / low.std() + hum
        return np.asarray(engine / engine.std())

    def _people(self) -> Samples:
        """Six who talk at once, made once."""
        if self._crowd is None:
            crowd = np.zeros(round(LENGTH_S * RATE))
            for number in range(6):
                manner = Manner(_VARIANTS[number + 1], self._chance.randint(20, 75))
                language = LANGUAGES[number % len(LANGUAGES)]
                text = " ".join(" ".join(one) for one in texts()[language]["machine"])
                said = self._voice.speak(text, language, 160, 0.0, manner)
                crowd += np.roll(np.resize(said, crowd.size), self._chance.randrange(crowd.size))
            self._crowd = crowd / crowd.std()
        return self._crowd


def _nothing(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))
