"""Plays the caller by the lines of a talk, and notices where the server does otherwise."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from callserver.ivr.rehearsal.story import (
    Act,
    Leave,
    Miss,
    Moment,
    Press,
    Silence,
    Speak,
    Talk,
    Turn,
    What,
)
from callserver.ivr.rehearsal.talks import Line, Verb
from callserver.model.dial import DialEnd
from callserver.model.flow import Value
from callserver.speech import stress

ANSWER_S = 20.0
TALK_S = 60.0
SPEAK_S = 10.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What a line expected, and what came instead."""

    line: int
    expected: str
    instead: str


class Deviation(BaseException):
    """The call left the talk; it ends here, whatever the flow is about to do."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class ScriptedCaller:
    """A ``Caller``. ``story`` is everything that happened."""

    def __init__(self, lines: Sequence[Line], variables: Callable[[], Mapping[str, Value]]) -> None:
        self.story: list[Moment] = []
        self._lines = lines
        self._at = 0
        self._variables = variables
        self._heard = ""
        self._step = ""

    def _next(self) -> Line | None:
        return self._lines[self._at] if self._at < len(self._lines) else None

    def _fail(self, line: Line, instead: str) -> NoReturn:
        if line.verb is Verb.KNOWN:
            instead = self._differs(line)
        raise Deviation(Failure(line.number, _told(line), instead))

    def witness(self, moment: Moment) -> None:
        self.story.append(moment)
        match moment.what:
            case What.SAYS:
                self._heard = _plain(moment.text)
            case What.STEP:
                self._step = moment.step
        self._settle()
        match moment.what:
            case What.QUEUE:
                self._must_come(Verb.JOINS, moment.text, "the call joins the queue")
            case What.RINGS:
                self._must_come(Verb.RINGS, moment.text, "it rings at")
            case What.ENDS:
                self._must_end(moment.text)

    def _settle(self) -> None:
        """Tick off the lines that hold already; several may be heard in one breath."""
        while (line := self._next()) is not None:
            match line.verb:
                case Verb.HEARS:
                    _before, found, after = self._heard.partition(_plain(line.text))
                    if not found:
                        return
                    self._heard = after
                case Verb.IS_AT:
                    if self._step != line.text:
                        return
                case Verb.KNOWN:
                    if self._differs(line):
                        return
                case _:
                    return
            self._at += 1

    def _differs(self, line: Line) -> str:
        now = self._variables()
        # Typed digits are text, and nobody who writes a talk should have to know.
        wrong = [name for name, value in line.known.items() if str(now.get(name)) != str(value)]
        return ", ".join(f"{name} is {now.get(name)}" for name in wrong)

    def _must_come(self, verb: Verb, text: str, instead: str) -> None:
        line = self._next()
        if line is None or line.verb in (Verb.TALKS, Verb.FINDS, Verb.HANGS_UP, Verb.WAITS):
            return
        if line.verb is not verb or line.text != text:
            self._fail(line, f"{instead} `{text}`")
        self._at += 1

    def _must_end(self, ending: str) -> None:
        line = self._next()
        if line is None or line.verb is Verb.HANGS_UP:
            self._at = len(self._lines)
            return
        if line.verb is not Verb.ENDS:
            self._fail(line, "the server ends the call")
        if line.text and line.text not in (ending, ending.partition("/")[2]):
            self._fail(line, f"the call ends as {ending or 'one served by the flow'}")
        self._at += 1

    def turn(self, turn: Turn) -> Act:
        self._settle()
        self._heard = ""
        line = self._next()
        if line is None:
            return Leave()
        if line.verb is Verb.KNOWN:
            self._fail(line, "")
        act = _ACTS.get(line.verb)
        if act is not None:
            self._at += 1
            return act(line)
        if turn.queue and not turn.ends:
            self._fail(line, f"the call waits in the queue `{turn.queue}` for an agent")
        return Silence(turn.limit_s)  # it shall come by itself, while the caller does nothing

    def finish(self) -> None:
        """The call is over. Raises ``Deviation`` when lines are left."""
        if (line := self._next()) is not None:
            self._fail(line, "the call is over")


_ACTS: Mapping[Verb, Callable[[Line], Act]] = MappingProxyType(
    {
        Verb.PRESSES: lambda line: Press(line.text),
        Verb.WAITS: lambda line: Silence(line.seconds),
        Verb.TALKS: lambda line: Talk(ANSWER_S, line.seconds or TALK_S),
        Verb.FINDS: lambda line: Miss(DialEnd(line.text)),
        Verb.SPEAKS: lambda line: Speak(line.seconds or SPEAK_S),
        Verb.HANGS_UP: lambda line: Leave(),
    }
)


def _told(line: Line) -> str:
    if line.known:
        return "known: " + ", ".join(f"{name} = {value}" for name, value in line.known.items())
    return f"{line.verb}: {line.text}" if line.text else str(line.verb)


def _plain(text: str) -> str:
    """The words alone: what is said has commas and marks of stress for the voice, which nobody who
    writes a talk should have to know. A text without words stays as it is."""
    words = re.findall(r"\w+", stress.plain(text))
    return " ".join(words or text.split()).casefold()
