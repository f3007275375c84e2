"""The prompt library: knows the sound file of everything the server may say or play.

All files are made by :meth:`PromptLibrary.prepare`, before the first call; looking one up is a
dictionary look-up. Synthesised and converted files live in the prompt cache under the hash of what
they were made of, so a second start makes nothing, and servers may share a cache.

What is spoken is the script (``script``); where each line comes from is decided by ``sources``.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from callserver.config import Config
from callserver.model.errors import PromptError
from callserver.model.flow import Value
from callserver.speech import jobs, phrases, values
from callserver.speech.children import render
from callserver.speech.names import SpokenNames
from callserver.speech.script import nouns, script
from callserver.speech.script import slug as slug
from callserver.speech.sources import Sources
from callserver.speech.words import Noun

MUSIC_VERSION = 1
RINGBACK_VERSION = 1

Progress = Callable[[int, int], None]


class PromptLibrary:
    """Implements ``Prompts`` of :mod:`callserver.model.ports`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._cache = config.prompts_cache.absolute()
        self._said: dict[tuple[str, str], str] = {}
        self._recorded: dict[tuple[str, str], str] = {}
        self._nouns: dict[str, Mapping[str, Noun]] = {}
        self._music: dict[str, str] = {}
        self._melody = self._cache / f"music-{MUSIC_VERSION}.wav"
        models: dict[str, str] = {
            language: str(model) for language, model in config.speech.piper.items()
        }
        folder, speed = self._cache / "names", config.speech.words_per_minute
        self._names = SpokenNames(folder, speed, models, render)
        self._ringback = str(self._cache / f"ringback-{RINGBACK_VERSION}.wav")

    async def prepare(
        self, texts: Iterable[tuple[str, str]], progress: Progress | None = None
    ) -> None:
        """Make ready what may be said: ``texts`` as (language, text), the system's own words and
        the pieces of values in every language of the lines, recordings and music. ``progress``
        hears (files made, files to make) after each. Called again, it makes what is new. Raises
        ``PromptError``; then everything is as it was before."""
        sources = Sources(self._config, self._cache)
        said: dict[tuple[str, str], str] = {}
        for line in script(self._config, texts):
            key = (line.language, line.text)
            # a text with several names may be recorded under any of them
            if key not in self._said and (key not in said or sources.recorded(line)):
                said[key] = sources.spoken(line)
        spoken = {language for language, _ in said} | self._nouns.keys()
        recorded = {
            (language, name): sources.usable(file)
            for language in spoken
            for name, file in sources.recordings(language).items()
        }
        music = {name: sources.usable(file) for name, file in self._own_music()}
        work = dict(sources.jobs)
        work[str(self._melody)] = jobs.Compose(str(self._melody))
        work[self._ringback] = jobs.Ring(self._ringback)
        await self._make(work, progress)
        self._said |= said
        self._recorded |= recorded
        self._music |= music
        self._nouns |= {language: nouns(self._config, language) for language in spoken}

    def say(self, language: str, text: str) -> str:
        try:
            return self._said[language, text]
        except KeyError:
            raise PromptError(f"the text {text!r} ({language}) was not prepared") from None

    def recorded(self, language: str, name: str) -> str:
        try:
            return self._recorded[language, name]
        except KeyError:
            raise PromptError(f"no recording {language}/{name}.wav in speech.prompts_dir") from None

    def spoken(self, language: str, kind: str, value: Value, arg: str = "") -> tuple[str, ...]:
        pieces = values.pieces(language, kind, value, arg, self._nouns.get(language))
        return tuple(self.say(language, piece) for piece in pieces)

    def position(self, language: str, position: int) -> tuple[str, ...]:
        return (self.say(language, phrases.position(position, language)),)

    def name(self, language: str, name: str) -> str | None:
        return self._names.find(language, name)

    async def learn_name(self, language: str, name: str) -> None:
        await self._names.learn(language, name)

    def music(self, queue: str) -> str:
        """The queue's own music, or the project's (also for a name that is no queue)."""
        return self._music.get(queue, str(self._melody))

    def ringback(self) -> str:
        return self._ringback

    def _own_music(self) -> Iterator[tuple[str, Path]]:
        for name, queue in self._config.queues.items():
            if queue.music:
                file = Path(queue.music)
                if not file.is_file():
                    raise PromptError(
                        f"queues.{name}.music: no file {file}; name a sound file, or leave it "
                        "empty for the project's own melody"
                    )
                yield name, file

    async def _make(self, wanted: Mapping[str, jobs.Job], progress: Progress | None) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        there = {entry.path for entry in os.scandir(self._cache)}
        work = [job for file, job in wanted.items() if file not in there]
        # the music takes longest: first, so that the other children need not wait for it
        work.sort(key=lambda job: not isinstance(job, jobs.Compose))
        made = 0

        def done(_file: str) -> None:
            nonlocal made
            made += 1
            if progress is not None:
                progress(made, len(work))

        await render(work, done)
