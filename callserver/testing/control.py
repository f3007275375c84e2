"""A caller made of a table, to walk through flows in virtual time: no worker, no sound, no wait.

:class:`FakeCall` is a ``CallControl``, :class:`FakePrompts` a ``Prompts`` whose files are named
after what is said. What happened stands in ``FakeCall.story``.
"""

from collections.abc import Sequence

from callserver.model.errors import PromptError
from callserver.model.flow import Value


class CallOver(BaseException):
    """The call ended while a step ran, as cancellation ends it in a real call."""


class FakePrompts:
    """Files are named ``LANGUAGE:TEXT``. ``missing`` are texts that were not prepared."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        self._missing = missing

    def say(self, language: str, text: str) -> str:
        if text in self._missing:
            raise PromptError(f"the text {text!r} ({language}) was not prepared")
        return f"{language}:{text}"

    def recorded(self, language: str, name: str) -> str:
        return f"{language}:{name}.wav"

    def spoken(self, language: str, kind: str, value: Value, arg: str) -> tuple[str, ...]:
        if value is None or value == "":
            raise PromptError(f"nothing to say as {kind}")
        return (f"{language}:<{kind} {value}{':' if arg else ''}{arg}>",)

    def position(self, language: str, position: int) -> tuple[str, ...]:
        return (f"{language}:position {position}",)

    def music(self, queue: str) -> str:
        return f"music:{queue}"


class FakeCall:
    """A caller who presses ``keys`` (second of the call, key), and hangs up at ``hangs_up_at_s``.

    Every prompt lasts ``prompt_s``; an agent talks for ``talk_s`` and hangs up. ``story`` holds a
    line for each thing that happened: ``@step``, what was played (with ``…`` when a key cut it
    short), ``key 1``, ``no key``, ``queue support 0``, ``hung up``, ``caller gone``.
    """

    def __init__(
        self,
        *keys: tuple[float, str],
        language: str = "en",
        prompt_s: float = 2.0,
        talk_s: float = 60.0,
        hangs_up_at_s: float = float("inf"),
    ) -> None:
        self.now = 0.0
        self.story: list[str] = []
        self._language = language
        self._keys = sorted(keys)
        self._prompt_s = prompt_s
        self._talk_s = talk_s
        self._gone_at = hangs_up_at_s

    @property
    def language(self) -> str:
        return self._language

    def enter(self, flow: str, version: str, step: str) -> None:
        self.story.append(f"@{step}")

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        for file in files:
            end = self.now + self._prompt_s
            cut = barge_in and bool(self._keys) and self._keys[0][0] < end
            self.story.append(f"{file}…" if cut else file)
            self._go_to(max(self.now, self._keys[0][0]) if cut else end)
            if cut:
                return

    async def digit(self, timeout_s: float) -> str | None:
        if self._keys and self._keys[0][0] <= self.now + timeout_s:
            at, key = self._keys.pop(0)
            self._go_to(max(self.now, at))
            self.story.append(f"key {key}")
            return key
        self._go_to(self.now + timeout_s)
        self.story.append("no key")
        return None

    async def queue(self, queue: str, priority: int) -> None:
        self.story.append(f"queue {queue} {priority}")
        self._go_to(self.now + self._talk_s)

    async def hang_up(self) -> None:
        self.story.append("hung up")
        raise CallOver

    def _go_to(self, time: float) -> None:
        if time >= self._gone_at:
            self.now = self._gone_at
            self.story.append("caller gone")
            raise CallOver
        self.now = time
