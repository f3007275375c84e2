"""``callserver call``: calls in progress, and what may be done with their conversations, live."""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from callserver.cli.live import Server, Url
from callserver.cli.shared import ConfigFile, note, read_config, say, show_table
from callserver.model.talk import SupervisorMode

app = typer.Typer(
    help="Calls of the running server, live; needs an API token in CALLSERVER_TOKEN.",
    no_args_is_help=True,
)

Call = Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as `list` shows it.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Username, queue or number.")]
Boss = Annotated[str, typer.Argument(metavar="USERNAME", help="The supervisor.")]
AsJson = Annotated[bool, typer.Option("--json", help="As the API gives it, for machines.")]


class Whom(StrEnum):
    """What the name is of whom a call is given to."""

    AGENT = "agent"
    QUEUE = "queue"
    EXTERNAL = "external"


Kind = Annotated[Whom, typer.Argument(metavar="agent|queue|external", help="What the name is.")]


@app.command("list")
def list_(as_json: AsJson = False, url: Url = "", config: ConfigFile = None) -> None:
    """List the calls in progress."""
    calls = Server(read_config(config), url).get("calls", "live")["items"]
    if as_json:
        say(json.dumps(calls))
        return
    show_table(("call", "line", "phase", "queue", "agent", "since", "legs"), map(_row, calls))


@app.command("to")
def to(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="Username of who talks.")],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As one would write it.")],
    line: Annotated[str, typer.Option(help="The line whose number they see.")] = "",
    why: Annotated[str, typer.Option(help="Why, for those who read the timeline.")] = "",
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """The agent's phones ring; when one is answered, the number is dialled."""
    body = {"agent": agent, "number": number, "line": line, "why": why}
    made = Server(read_config(config), url).ask("POST", ("calls",), body)
    who = f"{made['number']} {made['name']}".strip()
    note(f"{made['call']}: {agent}'s phones ring, then {who} is called.")


@app.command("talk")
def talk(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """Say who talks with whom in a call."""
    _tell(Server(read_config(config), url).get("calls", call, "talk"))


@app.command("consult")
def consult(call: Call, kind: Kind, name: Name, url: Url = "", config: ConfigFile = None) -> None:
    """The agent asks somebody while the customer hears music."""
    _do(config, url, "POST", (call, "consult"), {"kind": kind.value, "name": name})


@app.command("cancel")
def cancel(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """Whoever is asked goes; the agent talks with the customer."""
    _do(config, url, "DELETE", (call, "consult"))


@app.command("swap")
def swap(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """The agent talks with the other of the two who are there."""
    _do(config, url, "POST", (call, "swap"))


@app.command("merge")
def merge(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """All three hear each other."""
    _do(config, url, "POST", (call, "merge"))


@app.command("complete")
def complete(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """The agent leaves the other two alone."""
    _do(config, url, "POST", (call, "complete"))


@app.command("transfer")
def transfer(call: Call, kind: Kind, name: Name, url: Url = "", config: ConfigFile = None) -> None:
    """Give the customer to somebody; the agent leaves at once."""
    _do(config, url, "POST", (call, "transfer"), {"kind": kind.value, "name": name})


@app.command("supervise")
def supervise(
    call: Call,
    username: Boss,
    mode: Annotated[SupervisorMode, typer.Option(help="How.")] = SupervisorMode.LISTEN,
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Ring a supervisor who listens, whispers to the agent, or speaks with all; or change that."""
    body = {"username": username, "mode": mode.value}
    _do(config, url, "PUT", (call, "supervisor"), body)


@app.command("unsupervise")
def unsupervise(call: Call, url: Url = "", config: ConfigFile = None) -> None:
    """The supervisor goes."""
    _do(config, url, "DELETE", (call, "supervisor"))


@app.command("take-over")
def take_over(call: Call, username: Boss, url: Url = "", config: ConfigFile = None) -> None:
    """The supervisor, who is there, sits in the agent's place."""
    _do(config, url, "POST", (call, "take-over"), {"username": username})


def _do(config: Any, url: str, method: str, what: tuple[str, str], body: Any = None) -> None:
    call, act = what
    server = Server(read_config(config), url)
    _tell(server.ask(method, ("calls", call, "talk", act), body))


def _tell(talk: dict[str, Any]) -> None:
    third, boss = talk["third"], talk["supervisor"]
    told = [f"{talk['call']}: {talk['agent'] or 'nobody of ours'} with {talk['between']}"]
    if third is not None:
        told.append(f"{third['kind']} {third['name']} {_is(third)}")
    if boss is not None:
        told.append(f"{boss['username']} ({boss['mode']}) {_is(boss)}")
    note("; ".join(told) + ".")


def _is(who: dict[str, Any]) -> str:
    return "is there" if who["up"] else "is called"


def _row(call: dict[str, Any]) -> tuple[str, ...]:
    return (
        call["call"],
        call["line"],
        call["phase"],
        call["queue"] or "",
        call["agent"] or "",
        call["offered_at"],
        ", ".join(call["legs"]),
    )
