"""Where the sound of each line of the script comes from: a recording, the voice pack, a Piper voice
or the built-in one, in this order. Says what must be made; makes nothing itself."""

import hashlib
from pathlib import Path

from callserver.config import Config
from callserver.model.errors import PromptError
from callserver.speech import jobs, wavefile
from callserver.speech.pack import VoicePack
from callserver.speech.script import Line
from callserver.speech.values import ON, PAUSE

VOICE_VERSION = 3
"""Part of every cache name: raise it when the same text would sound different."""

PAUSE_S = 0.25
"""Between the groups of a telephone number."""


class Sources:
    """The sounds of one configuration; ``jobs`` collects what must be made: file → job."""

    def __init__(self, config: Config, cache: Path) -> None:
        """Raises ``PromptError`` when a folder or a model is not there."""
        self.jobs: dict[str, jobs.Job] = {}
        self._speech = config.speech
        self._cache = cache
        pack = config.speech.voice_pack
        self._pack = VoicePack(pack) if pack is not None else None
        self._models: dict[str, tuple[str, str]] = {
            language: (str(model.absolute()), _stamp(language, model))
            for language, model in config.speech.piper.items()
        }
        self._recordings: dict[str, dict[str, Path]] = {}

    def recordings(self, language: str) -> dict[str, Path]:
        """Name → file of ``speech.prompts_dir``."""
        folder = self._speech.prompts_dir
        if language not in self._recordings:
            files = sorted((folder / language).glob("*.wav")) if folder is not None else []
            self._recordings[language] = {file.stem: file for file in files}
        return self._recordings[language]

    def recorded(self, line: Line) -> Path | None:
        """The recording of a line; one that goes on may be recorded as it is at the end."""
        there = self.recordings(line.language)
        return there.get(line.name) or there.get(line.name.removesuffix("-on"))

    def spoken(self, line: Line) -> str:
        """The file of a line."""
        if (recorded := self.recorded(line)) is not None:
            return self.usable(recorded)
        pack = self._pack.sources(line.language, line.name) if self._pack is not None else ()
        if len(pack) == 1:
            return self.usable(pack[0])
        if pack:
            return self._job(jobs.Join(self._copy(*pack), tuple(map(str, pack))))
        if line.text == PAUSE:
            return self._job(jobs.Rest(str(self._cache / f"pause-{PAUSE_S}.wav"), PAUSE_S))
        return self._job(self._speak(line))

    def usable(self, file: Path) -> str:
        """The file itself when a call worker can play it, else its converted copy."""
        if wavefile.is_playable(file):
            return str(file.absolute())
        return self._job(jobs.Convert(self._copy(file), str(file)))

    def _speak(self, line: Line) -> jobs.Speak:
        model, stamp = self._models.get(line.language, ("", ""))
        speed = self._speech.words_per_minute
        text = f"{line.text}{ON}" if line.goes_on else line.text
        made_of = (VOICE_VERSION, speed, line.language, text, line.edge_s, stamp)
        name = _hash("\0".join(map(str, made_of)).encode())
        file = f"{self._cache}/{line.language}-{name}.wav"  # thousands: no time for paths
        return jobs.Speak(file, line.language, text, speed, line.edge_s, model)

    def _copy(self, *files: Path) -> str:
        content = b"".join(_hash(file.read_bytes()).encode() for file in files)
        return str(self._cache / f"copy-{_hash(content)}.wav")

    def _job(self, job: jobs.Job) -> str:
        self.jobs[job.file] = job
        return job.file


def _stamp(language: str, model: Path) -> str:
    """What changes with the model; its 60 MB are not read for it. Raises ``PromptError``."""
    for file in (model, Path(f"{model}.json")):
        if not file.is_file():
            raise PromptError(
                f"speech.piper.{language}: no file {file}; put a Piper voice (.onnx and "
                ".onnx.json) there, or take it out"
            )
    status = model.stat()
    return f"{model.name} {status.st_size} {status.st_mtime_ns}"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:20]
