"""Names of callers, spoken for the agents who are about to talk with them.

A name comes from the network and is said once or twice, so it is made while its caller waits: one
at a time, not more often than every two seconds, and the oldest are thrown away. Whoever's turn
comes sooner is announced without a name.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from callserver import log
from callserver.model.errors import PromptError
from callserver.speech import jobs
from callserver.speech.sources import VOICE_VERSION

LONGEST = 40
MOST = 500
REST_S = 2.0

Render = Callable[[Sequence[jobs.Job], Callable[[str], None]], Awaitable[None]]

_log = log.get("speech")


def sayable(name: str) -> str:
    """The letters of a name; empty when it has none, or is too long to be one."""
    kept = "".join(char if char.isalpha() or char in "'’-" else " " for char in name)
    words = " ".join(kept.split())
    return words if len(words) <= LONGEST and any(map(str.isalpha, words)) else ""


class SpokenNames:
    """``folder`` is its own; ``speed`` is in words a minute."""

    def __init__(self, folder: Path, speed: int, models: Mapping[str, str], render: Render) -> None:
        self._folder = folder
        self._speed = speed
        self._models = models
        self._render = render
        self._busy = False
        self._rests_until = 0.0

    def find(self, language: str, name: str) -> str | None:
        """The file of a name; None: it was not made."""
        file = self._file(language, sayable(name))
        return str(file) if file.is_file() else None

    async def learn(self, language: str, name: str) -> None:
        """Make a name, unless there are others to be made; never raises for its sake."""
        text = sayable(name)
        file = self._file(language, text)
        if not text or file.is_file() or self._busy or time.monotonic() < self._rests_until:
            return
        self._busy = True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room()
            model = self._models.get(language, "")
            job = jobs.Speak(str(file), language, text, self._speed, model=model)
            await self._render((job,), lambda made: None)
        except (PromptError, OSError) as error:
            _log.warning("name_not_made", error=str(error))
        finally:
            self._busy = False
            self._rests_until = time.monotonic() + REST_S

    def _file(self, language: str, text: str) -> Path:
        made_of = (VOICE_VERSION, self._speed, language, text, self._models.get(language, ""))
        name = hashlib.sha256("\0".join(map(str, made_of)).encode()).hexdigest()[:20]
        return self._folder / f"{language}-{name}.wav"

    def _make_room(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[: max(len(files) - MOST + 1, 0)]:
            file.unlink(missing_ok=True)
