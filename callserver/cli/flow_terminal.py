"""A pretended call in the terminal: what the server says, and a line to type into."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rich.console import Console
from rich.markup import escape

from callserver.ivr.rehearsal.knowledge import typed as known
from callserver.ivr.rehearsal.outcomes import FAILED, ONWARD, Outcome
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
from callserver.ivr.rehearsal.talkfile import MISSES, seconds
from callserver.ivr.step import Step
from callserver.model.dial import DialEnd
from callserver.model.flow import Value

HELP = """\
  [bold]1[/] or [bold]12#[/]    press keys, one after the other
  [bold]Enter[/]       do nothing: the time runs out; in a queue, or when it rings: an answer
  [bold]w 10[/]        wait 10 seconds (also: w 2 min)
  [bold]s 10[/]        speak for 10 seconds, after the tone of a message
  [bold]busy[/]        when it rings somewhere: what is found there (no_answer, refused, failed)
  [bold]v[/]           show the variables
  [bold]h[/]           hang up"""


_LINES: Mapping[What, str] = MappingProxyType(
    {
        What.STEP: "[cyan]{}[/]",
        What.SAYS: "[bold]▸ {}[/]",
        What.CUT: "[dim]▸ [strike]{}[/] (a key was pressed)[/]",
        What.SILENCE: "[dim](no key within {} s)[/]",
        What.QUEUE: "[yellow]♪ waits in the queue {}[/]",
        What.RINGS: "[yellow]♪ it rings at {}[/]",
        What.AGENT: "[green]☎ talks with an agent for {} s, who hangs up[/]",
        What.TALK: "[green]☎ they talk for {} s; the other side hangs up[/]",
        What.NOTE: "[dim]· {}[/]",
        What.LEAVES: "[bold red]■ the caller hangs up[/]",
    }
)
"""What is shown of moments; of a key nothing: the person has just typed it."""
_TIMED = frozenset({What.STEP, What.LEAVES})


class TerminalCaller:
    """A ``Caller`` who is the person at the terminal. ``answer_s``: when an agent answers,
    ``talk_s``: how long they talk. Without a terminal the lines come from standard input."""

    def __init__(
        self,
        console: Console,
        variables: Callable[[], Mapping[str, Value]],
        answer_s: float,
        talk_s: float,
    ) -> None:
        self._console = console
        self._variables = variables
        self._answer_s = answer_s
        self._talk_s = talk_s
        self._at_s = 0.0

    def witness(self, moment: Moment) -> None:
        self._at_s = moment.at_s
        if (line := _LINES.get(moment.what)) is not None:
            self._show(line.format(escape(moment.text)), timed=moment.what in _TIMED)
        elif moment.what is What.MESSAGE:
            self._show(f"[yellow]● a message for {escape(moment.text or 'the line')}[/]")
        elif moment.what is What.ENDS:
            ending = f" ({moment.text})" if moment.text else ""
            self._show(f"[bold red]■ the server ends the call[/]{ending}", timed=True)

    def turn(self, turn: Turn) -> Act:
        while True:
            asked = "Enter: an agent answers" if turn.queue else f"key, {turn.limit_s:.0f} s"
            asked = f"Enter: an answer; or: {', '.join(MISSES)}" if turn.rings else asked
            asked = "s 10: speak, Enter: say nothing" if turn.message else asked
            typed = self._ask(asked)
            if typed is None or typed.lower() in ("h", "q"):
                return Leave()
            if typed.lower() == "v":
                self._show_variables()
                continue
            act = self._understood(typed, turn)
            if act is not None:
                return act
            self._console.print(HELP)

    def _understood(self, typed: str, turn: Turn) -> Act | None:
        keys = typed.replace(" ", "")
        if not keys:
            talks = turn.queue or turn.rings
            return Talk(self._answer_s, self._talk_s) if talks else Silence(turn.limit_s)
        if turn.rings and keys in MISSES:
            return Miss(DialEnd(keys))
        if set(keys) <= set("0123456789*#"):
            return Press(keys)
        if typed[0] in "ws":
            try:
                long_s = seconds(typed[1:])
                return Silence(long_s) if typed[0] == "w" else Speak(long_s)
            except ValueError:
                return None
        return None

    def outcome(self, name: str, step: Step) -> Outcome:
        """What a step comes to that would ask somebody outside."""
        ways = ", ".join(key for key in step.exits() if key)
        example = " ".join(f"{variable}=…" for variable in step.sets())
        self._show(f"[dim]· {escape(name)} would ask outside; type {escape(example)} or: {ways}[/]")
        while True:
            typed = self._ask("Enter: next")
            words = (typed or ONWARD).split()
            pairs = [word.partition("=") for word in words]
            try:
                if all(sign for _, sign, _ in pairs):
                    return Outcome(values={one: known(one, text) for one, _, text in pairs})
            except ValueError as error:
                self._show(f"[red]{escape(str(error))}[/]")
                continue
            if len(words) == 1 and words[0] in (*step.exits(), FAILED):
                return Outcome(words[0])

    def _ask(self, what: str) -> str | None:
        """The line typed; None: there will be no more."""
        self._console.print(f"[dim]{'':>9}{what}[/] [bold magenta]›[/] ", end="")
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            self._console.print(escape(line.rstrip("\n")))
        return line.strip() if line else None

    def _show(self, text: str, *, timed: bool = False) -> None:
        minutes, rest = divmod(int(self._at_s), 60)
        time = f"{minutes}:{rest:02}" if timed else ""
        self._console.print(f"[dim]{time:>6}[/]   {text}")

    def _show_variables(self) -> None:
        variables = self._variables()
        for name, value in sorted(variables.items()):
            self._show(f"[dim]{escape(name)} = {escape(str(value))}[/]")
        if not variables:
            self._show("[dim]the flow has set no variables yet[/]")
