"""A caller made of a table, to walk through flows in virtual time: no worker, no sound, no wait.

:class:`FakeCall` is a ``CallControl``, :class:`FakePrompts` a ``Prompts`` whose files are named
after what is said. What happened stands in ``FakeCall.story``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from callserver.model.call import Ending
from callserver.model.callback import Callback, Window
from callserver.model.dial import Dial, DialEnd, Party
from callserver.model.errors import OutsideError, PromptError
from callserver.model.flow import SERVED, Frame, Message, Value, Waited, WaitEnd
from callserver.model.outside import Request
from callserver.model.overflow import Wait
from callserver.model.ticket import Ticket


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

    def name(self, language: str, name: str) -> str | None:
        return None if name in self._missing or not name else f"{language}:name {name}"

    async def learn_name(self, language: str, name: str) -> None:
        """All that are not missing are there."""

    def music(self, queue: str) -> str:
        return f"music:{queue}"


class FakeCall:
    """A caller who presses ``keys`` (second of the call, key), and hangs up at ``hangs_up_at_s``.

    Every prompt lasts ``prompt_s``; an agent comes after ``wait_s``, talks for ``talk_s`` and hangs
    up; with ``sent_on`` the queue sends the caller away. ``finds`` is what comes of dialling, one
    after the other; then somebody answers. ``speaks`` is how long each message is. ``windows`` are
    the times to be called in, ``waits_for`` a callback they wait for, ``expects`` how long.
    ``known`` are the values of variables, ``contacts`` the fields by number, ``answers`` those of
    other servers, one after the other; then they are late. ``asked`` and ``told`` is what they got.
    ``story`` holds a line for each thing that happened: ``@step``, what was played (with ``…`` when
    a key cut it short), ``key 1``, ``no key``, ``queue support 0``, ``account = '12'``, ``speaks
    lv``, ``muted``, ``heard``, ``hung up`` (with its reason), ``caller gone``. ``secrets`` are the
    names set as secrets,
    ``values`` what was set.
    """

    def __init__(
        self,
        *keys: tuple[float, str],
        language: str = "en",
        prompt_s: float = 2.0,
        talk_s: float = 60.0,
        hangs_up_at_s: float = float("inf"),
        known: Mapping[str, Value] | None = None,
        contacts: Mapping[str, Mapping[str, Value]] | None = None,
        answers: Sequence[Any] = (),
        speaks: Sequence[float] = (),
        wait_s: float = 0.0,
        sent_on: Sequence[str] = (),
        finds: Sequence[DialEnd] = (),
        windows: Sequence[Window] = (),
        waits_for: Callback | None = None,
        expects: Wait | None = None,
    ) -> None:
        self.time = 0.0
        self.story: list[str] = []
        self.place: tuple[Frame, ...] = ()
        self.values: dict[str, Value] = dict(known or {})
        self.secrets = set[str]()
        self.asked: list[Request] = []
        self.told: list[Request] = []
        self.recorded = 0
        self._contacts = contacts or {}
        self._answers = list(answers)
        self._speaks = list(speaks)
        self._wait_s = wait_s
        self._sent_on = list(sent_on)
        self._finds = list(finds)
        self._windows = windows
        self._waits_for = waits_for
        self._expects = expects
        self._language = language
        self._keys = sorted(keys, key=lambda key: key[0])
        self._prompt_s = prompt_s
        self._talk_s = talk_s
        self._gone_at = hangs_up_at_s
        self._activity = 0
        self._swallow = ("", 0.0)

    # --- the place

    def enter(self, place: Sequence[Frame]) -> None:
        self.place = tuple(place)
        self.story.append("@" + "/".join(frame.step for frame in place))

    @property
    def activity(self) -> int:
        return self._activity

    def now(self) -> float:
        return self.time

    # --- what is known

    @property
    def language(self) -> str:
        return self._language

    def speak(self, language: str) -> None:
        self._language = language
        self.story.append(f"speaks {language}")

    def variable(self, name: str) -> Value:
        return self.values.get(name)

    def set(self, values: Mapping[str, Value], *, secret: bool = False) -> None:
        self.values |= values
        self.secrets = self.secrets | values.keys() if secret else self.secrets - values.keys()
        for name, value in values.items():
            self.story.append(f"{name} = {'secret' if secret else repr(value)}")

    def is_secret(self, name: str) -> bool:
        return name in self.secrets

    async def contact(self, number: str) -> Mapping[str, Value] | None:
        return self._contacts.get(number)

    # --- other people's servers

    async def ask(self, request: Request) -> Any:
        self.asked.append(request)
        if not self._answers:
            self._go_to(self.time + request.timeout_s)
            raise OutsideError(f"{request.destination} did not answer")
        return self._answers.pop(0)

    def tell(self, request: Request) -> None:
        self.told.append(request)

    # --- sound and keys

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        for file in files:
            end = self.time + self._prompt_s
            cut = barge_in and bool(self._keys) and self._keys[0][0] < end
            self.story.append(f"{file}…" if cut else file)
            self._go_to(max(self.time, self._keys[0][0]) if cut else end)
            if cut:
                return

    async def digit(self, timeout_s: float, *, secret: bool = False) -> str | None:
        until = self.time + timeout_s
        while self._keys and self._keys[0][0] <= until:
            at, key = self._keys.pop(0)
            self._go_to(max(self.time, at))
            dropped, deadline = self._swallow
            self._swallow = ("", 0.0)
            if key == dropped and at <= deadline:
                continue
            self._activity += 1
            self.story.append("secret key" if secret else f"key {key}")
            return key
        self._go_to(until)
        self.story.append("no key")
        return None

    def missed(self) -> None:
        """Shows in what is played next."""

    def swallow(self, key: str) -> None:
        self._swallow = (key, self.time + 3.0)

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        self.story.append("muted")
        yield
        self.story.append("heard")

    async def wait(self, seconds: float, *, barge_in: bool) -> None:
        end = self.time + seconds
        cut = barge_in and bool(self._keys) and self._keys[0][0] < end
        self._go_to(max(self.time, self._keys[0][0]) if cut else end)

    # --- messages

    async def record(
        self, opening: Sequence[str], mailbox: str, max_s: float, silence_s: float
    ) -> Message:
        await self.play(opening, barge_in=True)
        voice_s = self._speaks.pop(0) if self._speaks else 0.0
        self.recorded += 1
        self.story.append(f"message {mailbox} {voice_s:g}")
        self._activity += 1
        self._go_to(self.time + min(voice_s + silence_s, max_s))
        return Message(f"m{self.recorded}", f"message {self.recorded}", voice_s)

    def discard(self, message: str) -> None:
        self.story.append(f"discarded {message}")

    # --- what the caller wants

    def dialable(self, number: str) -> str | None:
        return number if number.startswith("+371") else None

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        return self._windows[:most]

    def call_back(
        self, queue: str, priority: int, number: str, window: Window | None = None
    ) -> None:
        when = "" if window is None else f" {window.spoken}"
        self.story.append(f"call back {queue} {priority} {number}{when}")

    def expected(self, queue: str, number: str) -> Wait | None:
        return self._expects

    def waits_for(self, queue: str) -> Callback | None:
        return self._waits_for if self._waits_for and self._waits_for.queue == queue else None

    def call_off(self, request: Callback) -> None:
        self.story.append(f"called off {request.call}")

    def surveyed(self, question: str) -> None:
        """The story has what is said."""

    def answered(self, question: str, answer: str) -> None:
        self.story.append(f"{question}: {answer}")

    # --- ways out

    async def queue(
        self,
        queue: str,
        priority: int,
        ticket: Ticket,
        keys: Collection[str],
        timeout_s: float | None,
    ) -> Waited:
        needed = "".join(f" {skill}>={level}" for skill, level in ticket.skills.items())
        needed += f" for {ticket.agent}" if ticket.agent else ""
        self.story.append(f"queue {queue} {priority}{needed}")
        self._activity += 1
        if self._sent_on:
            return Waited(WaitEnd.SENT_ON, self._sent_on.pop(0))
        over = self.time + (self._wait_s if timeout_s is None else min(self._wait_s, timeout_s))
        while keys and self._keys and self._keys[0][0] < over:
            at, key = self._keys.pop(0)
            self._go_to(max(self.time, at))
            if key in keys:
                self.story.append(f"key {key}")
                return Waited(WaitEnd.KEY, key)
        self._go_to(over)
        if timeout_s is not None and timeout_s <= self._wait_s:
            return Waited(WaitEnd.TIMEOUT)
        self._go_to(self.time + self._talk_s)
        return SERVED

    async def dial(self, dial: Dial) -> DialEnd:
        self.story.append(f"{'gives to' if dial.given else 'dials'} {_told(dial)}")
        self._activity += 1
        if self._finds:
            return self._finds.pop(0)
        self._go_to(self.time + self._talk_s)
        return DialEnd.ANSWERED

    async def hang_up(self, ending: Ending | None = None) -> NoReturn:
        self.story.append("hung up" if ending is None else f"hung up: {ending.reason}")
        raise CallOver

    def _go_to(self, time: float) -> None:
        if time >= self._gone_at:
            self.time = self._gone_at
            self.story.append("caller gone")
            raise CallOver
        self.time = time


def _told(dial: Dial) -> str:
    def one(party: Party) -> str:
        return f"{party.target}" + (f" {party.ring_s:g}s" if party.ring_s else "")

    shown = " ".join(word for word in (dial.number, dial.name) if word)
    who = (" + " if dial.at_once else ", ").join(map(one, dial.parties))
    return who + (f" as {shown}" if shown else "") + (" with music" if dial.music else "")
