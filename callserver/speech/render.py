"""``python -m callserver.speech.render``: makes sound files, in a process of its own.

Standard input: a JSON list of jobs. Standard output: one line a job, the file that is there now.
Ends with status 1 and a message on standard error at the first job that cannot be done.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from callserver.model.errors import PromptError
from callserver.speech import jobs, sound
from callserver.speech.sound import Samples
from callserver.speech.voice import Voice

if TYPE_CHECKING:
    from callserver.speech.piper import PiperVoice


class Studio:
    """Does the jobs; a voice is started for its first text."""

    def __init__(self) -> None:
        self._voice: Voice | None = None
        self._piper_voices: dict[str, PiperVoice] = {}

    def do(self, job: jobs.Job) -> None:
        match job:
            case jobs.Speak(model=""):
                if self._voice is None:
                    self._voice = Voice()
                samples = self._voice.speak(
                    job.text, job.language, job.words_per_minute, job.edge_s
                )
            case jobs.Speak():
                samples = self._piper(job)
            case jobs.Convert() | jobs.Join():
                samples = self._foreign(job)
            case jobs.Rest(seconds=seconds):
                samples = sound.silence(seconds)
            case jobs.Compose():
                from callserver.speech.music import compose

                samples = compose()
            case jobs.Ring():
                from callserver.speech.ringback import ring

                samples = ring()
        sound.write(Path(job.file), samples)

    def _piper(self, job: jobs.Speak) -> Samples:
        from callserver.speech.piper import PiperVoice

        if job.model not in self._piper_voices:
            self._piper_voices[job.model] = PiperVoice(Path(job.model))
        return self._piper_voices[job.model].speak(job.text, job.words_per_minute, job.edge_s)

    def _foreign(self, job: jobs.Convert | jobs.Join) -> Samples:
        from callserver.speech.convert import convert, join

        if isinstance(job, jobs.Join):
            return join([convert(Path(source)) for source in job.sources])
        samples = convert(Path(job.source))
        return sound.level(sound.trim(samples), sound.LOUDNESS_DB) if job.level else samples


def main() -> int:
    studio = Studio()
    for job in jobs.decode(sys.stdin.buffer.read()):
        try:
            studio.do(job)
        except (PromptError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        sys.stdout.write(f"{job.file}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
