"""A pretended call in the terminal: what the server says, and a line to type into."""

import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.markup import escape

from callserver.ivr.rehearsal.knowledge import typed as known
from callserver.ivr.rehearsal.outcomes import FAILED, ONWARD, Outcome
from callserver.ivr.rehearsal.story import (
    Act,
    Leave,
    Moment,
    Press,
    Silence,
    Speak,
    Talk,
    Turn,
    What,
)
from callserver.ivr.rehearsal.talkfile import seconds
from callserver.ivr.step import Step
from callserver.model.flow import Value

HELP = """\
  [bold]1[/] or [bold]12#[/]    press keys, one after the other
  [bold]Enter[/]       do nothing: the time runs out; in a queue: an agent answers
  [bold]w 10[/]        wait 10 seconds (also: w 2 min)
  [bold]s 10[/]        speak for 10 seconds, after the tone of a message
  [bold]v[/]           show the variables
  [bold]h[/]           hang up"""


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
        match moment.what:
            case What.STEP:
                self._show(f"[cyan]{escape(moment.text)}[/]", timed=True)
            case What.SAYS:
                self._show(f"[bold]▸ {escape(moment.text)}[/]")
            case What.CUT:
                self._show(f"[dim]▸ [strike]{escape(moment.text)}[/] (a key was pressed)[/]")
            case What.SILENCE:
                self._show(f"[dim](no key within {moment.text} s)[/]")
            case What.QUEUE:
                self._show(f"[yellow]♪ waits in the queue {escape(moment.text)}[/]")
            case What.MESSAGE:
                self._show(f"[yellow]● a message for {escape(moment.text or 'the line')}[/]")
            case What.AGENT:
                self._show(f"[green]☎ talks with an agent for {moment.text} s, who hangs up[/]")
            case What.NOTE:
                self._show(f"[dim]· {escape(moment.text)}[/]")
            case What.ENDS:
                ending = f" ({moment.text})" if moment.text else ""
                self._show(f"[bold red]■ the server ends the call[/]{ending}", timed=True)
            case What.LEAVES:
                self._show("[bold red]■ the caller hangs up[/]", timed=True)
            case What.KEY:
                pass  # the person has just typed it

    def turn(self, turn: Turn) -> Act:
        while True:
            asked = "Enter: an agent answers" if turn.queue else f"key, {turn.limit_s:.0f} s"
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
            return Talk(self._answer_s, self._talk_s) if turn.queue else Silence(turn.limit_s)
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
