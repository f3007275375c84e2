"""Tells what happens, as it happens, from the facts of the journal."""

from rich.console import Console

from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.recording_facts import RecordingFailed, RecordingMade

COLOURS = ("cyan", "magenta", "yellow", "green", "blue")


class Story:
    """A listener on the bus."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: float | None = None
        self._callers: dict[str, str] = {}

    def __call__(self, fact: f.Fact) -> None:
        if self._began is None:
            self._began = fact.at
        if isinstance(fact, f.CallOffered):
            colour = COLOURS[len(self._callers) % len(COLOURS)]
            self._callers[fact.call] = f"[{colour}]{fact.name or fact.number}[/{colour}]"
        line = self._agent(fact) if isinstance(fact, f.AgentChanged) else self._call(fact)
        if line:
            self._console.print(f"[dim]{fact.at - self._began:6.2f} s[/dim]  {line}")

    def _call(self, fact: f.Fact) -> str:  # noqa: C901 - a flat table of facts
        who = self._callers.get(getattr(fact, "call", None) or "", "")
        match fact:
            case f.CallOffered():
                return f"{who} dials {fact.line}"
            case f.CallAnswered():
                return f"{who} hears the greeting"
            case f.DigitPressed():
                return f"{who} presses a key"
            case f.QueueJoined():
                return f"{who} waits in [bold]{fact.queue}[/bold] and hears music"
            case f.PositionAnnounced():
                return f"{who} is told: number {fact.position} in the queue"
            case f.AgentRinging():
                return f"{who}: the phone of [bold]{fact.agent}[/bold] rings"
            case f.AgentAnswered():
                return f"{who} talks with [bold]{fact.agent}[/bold]"
            case f.QueueLeft():
                return f"{who} waited {fact.waited_s:.1f} s"
            case f.CallEnded():
                return f"{who}: {fact.ending}"
            case RecordingMade():
                return f"{who}: recording of {fact.duration_s:.1f} s is there"
            case RecordingFailed():
                return f"{who}: [red]recording failed: {fact.error}[/red]"
            case f.PhoneRegistered():
                return f"the phone of [bold]{fact.agent}[/bold] registered (digest)"
            case _:
                return ""

    def _agent(self, fact: f.AgentChanged) -> str:
        if fact.state in (AgentState.READY, AgentState.WRAP_UP, AgentState.PAUSED):
            return f"[bold]{fact.agent}[/bold] is {fact.state.replace('_', ' ')}"
        return ""
