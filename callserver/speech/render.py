"""``python -m callserver.speech.render``: makes sound files, in a process of its own.

Standard input: a JSON list of jobs. Standard output: one line a job, the file that is there now.
Ends with status 1 and a message on standard error at the first job that cannot be done.
"""

import sys
from pathlib import Path

from callserver.model.errors import PromptError
from callserver.speech import jobs, sound
from callserver.speech.voice import Voice


class Studio:
    """Does the jobs; the voice is started for the first text."""

    def __init__(self) -> None:
        self._voice: Voice | None = None

    def do(self, job: jobs.Job) -> None:
        match job:
            case jobs.Speak(language=language, text=text, words_per_minute=speed):
                if self._voice is None:
                    self._voice = Voice()
                samples = self._voice.speak(text, language, speed)
            case jobs.Convert(source=source):
                from callserver.speech.convert import convert

                samples = convert(Path(source))
            case jobs.Compose():
                from callserver.speech.music import compose

                samples = compose()
            case jobs.Ring():
                from callserver.speech.ringback import ring

                samples = ring()
        sound.write(Path(job.file), samples)


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
