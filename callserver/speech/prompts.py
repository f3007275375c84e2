"""The prompt library: knows the sound file of everything the server may say or play.

All files are made by :meth:`PromptLibrary.prepare`, before the first call; looking one up is a
dictionary look-up. Synthesised and converted files live in the prompt cache under the hash of what
they were made of, so a second start makes nothing, and servers may share a cache.

Recordings win: ``speech.prompts_dir/LANGUAGE/NAME.wav``. NAME is that of a ``play`` step, of a
system phrase (``phrases.everything``), or the slug of a text in a flow.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from callserver.config import Config
from callserver.model.errors import PromptError
from callserver.speech import jobs, phrases, wavefile
from callserver.speech.children import render

VOICE_VERSION = 1
"""Part of every cache name: raise it when the same text would sound different."""
MUSIC_VERSION = 1
RINGBACK_VERSION = 1

SLUG_LENGTH = 48

Progress = Callable[[int, int], None]


def slug(text: str) -> str:
    """The file name that replaces a text: small letters and digits, everything else a dash, at
    most 48 characters: ``Thank you. Goodbye.`` → ``thank-you-goodbye``."""
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")[:SLUG_LENGTH].rstrip("-")


class PromptLibrary:
    """Implements ``Prompts`` of :mod:`callserver.model.ports`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._cache = config.prompts_cache.absolute()
        self._said: dict[tuple[str, str], str] = {}
        self._recorded: dict[tuple[str, str], str] = {}
        self._music: dict[str, str] = {}
        self._melody = self._cache / f"music-{MUSIC_VERSION}.wav"
        self._ringback = str(self._cache / f"ringback-{RINGBACK_VERSION}.wav")
        self._wanted: dict[str, jobs.Job] = {}

    async def prepare(
        self, texts: Iterable[tuple[str, str]], progress: Progress | None = None
    ) -> None:
        """Make ready what may be said: ``texts`` as (language, text), the system's own words in
        every language of the lines, recordings and music. ``progress`` hears (files made, files to
        make) after each. Raises ``PromptError``."""
        default = self._config.speech.language
        lines = self._config.lines.values()
        for spoken in sorted({default, *(line.language or default for line in lines)}):
            self._collect(spoken)
        for language, text in texts:
            self._want(language, text, slug(text))
        self._collect_music()
        await self._make(progress)

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

    def position(self, language: str, position: int) -> tuple[str, ...]:
        return (self.say(language, phrases.position(position, language)),)

    def music(self, queue: str) -> str:
        """The queue's own music, or the project's (also for a name that is no queue)."""
        return self._music.get(queue, str(self._melody))

    @property
    def ringback(self) -> str:
        """The tone that says it rings at the other end."""
        return self._ringback

    def _collect(self, language: str) -> None:
        """The recordings of a language, and the system's own words."""
        folder = self._config.speech.prompts_dir
        if folder is not None:
            for file in sorted((folder / language).glob("*.wav")):
                self._recorded[language, file.stem] = self._usable(file)
        for name, text in phrases.everything(language).items():
            self._want(language, text, name)

    def _want(self, language: str, text: str, name: str) -> None:
        if (language, text) in self._said:
            return
        if (recorded := self._recorded.get((language, name))) is not None:
            self._said[language, text] = recorded
            return
        speed = self._config.speech.words_per_minute
        made_of = f"{VOICE_VERSION}\0{speed}\0{language}\0{text}"
        file = str(self._cache / f"{language}-{_hash(made_of.encode())}.wav")
        self._said[language, text] = file
        self._wanted[file] = jobs.Speak(file, language, text, speed)

    def _collect_music(self) -> None:
        self._wanted[str(self._melody)] = jobs.Compose(str(self._melody))
        self._wanted[self._ringback] = jobs.Ring(self._ringback)
        for name, queue in self._config.queues.items():
            if queue.music:
                file = Path(queue.music)
                if not file.is_file():
                    raise PromptError(
                        f"queues.{name}.music: no file {file}; name a sound file, or leave it "
                        "empty for the project's own melody"
                    )
                self._music[name] = self._usable(file)

    def _usable(self, file: Path) -> str:
        """The file itself when a call worker can play it, else its converted copy."""
        if wavefile.is_playable(file):
            return str(file.absolute())
        copy = str(self._cache / f"copy-{_hash(file.read_bytes())}.wav")
        self._wanted[copy] = jobs.Convert(copy, str(file))
        return copy

    async def _make(self, progress: Progress | None) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        there = {str(file) for file in self._cache.glob("*.wav")}
        work = [job for file, job in self._wanted.items() if file not in there]
        self._wanted.clear()
        # the music takes longest: first, so that the other children need not wait for it
        work.sort(key=lambda job: not isinstance(job, jobs.Compose))
        made = 0

        def done(_file: str) -> None:
            nonlocal made
            made += 1
            if progress is not None:
                progress(made, len(work))

        await render(work, done)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:20]
