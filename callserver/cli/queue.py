"""``callserver queue``: who waits, why, and what may be done about it, live."""

import json
from typing import Annotated, Any

import typer

from callserver.cli.live import Server, Url
from callserver.cli.shared import ConfigFile, note, read_config, say, show_table

app = typer.Typer(
    help="Queues of the running server, live; needs an API token in CALLSERVER_TOKEN.",
    no_args_is_help=True,
)

Call = Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as `show` lists it.")]
Name = Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="As the API gives it, for machines.")]

ON_CALLS = ("ringing", "talking", "hold", "consult", "busy")


@app.command("list")
def list_(as_json: AsJson = False, url: Url = "", config: ConfigFile = None) -> None:
    """List the queues: who waits, for how long, who could answer."""
    queues = Server(read_config(config), url).get("queues")["items"]
    if as_json:
        say(json.dumps(queues))
        return
    columns = ("queue", "waiting", "longest", "estimate", "ready", "on calls", "wrap-up", "paused")
    show_table((*columns, "in time", ""), map(_queue, queues))


@app.command("show")
def show(name: Name, as_json: AsJson = False, url: Url = "", config: ConfigFile = None) -> None:
    """List those who wait in a queue, from the head on, and why nobody is rung for them."""
    queue = Server(read_config(config), url).get("queues", name)
    if as_json:
        say(json.dumps(queue))
        return
    columns = ("place", "call", "waited", "priority", "rung", "why nobody")
    show_table(columns, map(_caller, queue["waiting"]))


@app.command("priority")
def priority(
    call: Call,
    level: Annotated[int, typer.Argument(metavar="PRIORITY", help="Higher is served first.")],
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Give a waiting caller another priority. (Negative: `-- -3`.)"""
    server = Server(read_config(config), url)
    _tell(server.ask("PUT", ("calls", call, "wait", "priority"), {"priority": level}))


@app.command("place")
def place(
    call: Call,
    position: Annotated[int, typer.Argument(metavar="POSITION", help="1 is the head.")],
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Put a waiting caller at another place of the queue."""
    server = Server(read_config(config), url)
    _tell(server.ask("PUT", ("calls", call, "wait", "position"), {"position": position}))


@app.command("move")
def move(call: Call, to: Name, url: Url = "", config: ConfigFile = None) -> None:
    """Send a waiting caller to another queue, with the time waited."""
    Server(read_config(config), url).ask("PUT", ("calls", call, "wait", "queue"), {"queue": to})
    note(f"{call} goes to {to}.")


@app.command("pick")
def pick(
    call: Call,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="Whose phone rings for them.")],
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Ring an agent for a waiting caller, out of turn."""
    server = Server(read_config(config), url)
    _tell(server.ask("POST", ("calls", call, "wait", "pick"), {"agent": agent}))


@app.command("close")
def close(name: Name, url: Url = "", config: ConfigFile = None) -> None:
    """Let a queue take nobody any more; those inside are treated as its `at_closing` says."""
    _close(Server(read_config(config), url), name, closed=True)


@app.command("open")
def open_(
    name: Name,
    by_hours: Annotated[
        bool, typer.Option("--by-hours", help="From now on as its hours say.")
    ] = False,
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Let a queue take callers again."""
    _close(Server(read_config(config), url), name, closed=None if by_hours else False)


def _close(server: Server, name: str, *, closed: bool | None) -> None:
    queue = server.ask("PUT", ("queues", name, "closed"), {"closed": closed})
    note(f"{name} is {'closed' if queue['closed'] else 'open'}.")


def _queue(queue: dict[str, Any]) -> tuple[str, ...]:
    waiting, agents = queue["waiting"], queue["agents"]
    longest = max((caller["waited_s"] for caller in waiting), default=None)
    return (
        queue["name"],
        str(len(waiting)),
        _seconds(longest),
        _seconds(queue["estimate_s"]),
        str(agents["ready"]),
        str(sum(agents[state] for state in ON_CALLS)),
        str(agents["wrap_up"]),
        str(agents["paused"]),
        f"{queue['answered_in_time'] / queue['answered']:.0%}" if queue["answered"] else "",
        "closed" if queue["closed"] else "",
    )


def _caller(caller: dict[str, Any]) -> tuple[str, ...]:
    until = caller["why_until"]
    why = (caller["why"] or "").replace("_", " ")
    return (
        str(caller["position"]),
        caller["call"],
        _seconds(caller["waited_s"]),
        str(caller["priority"]),
        ", ".join(caller["ringing"]),
        f"{why}, others from {until}" if until and why else why,
    )


def _tell(answer: dict[str, Any]) -> None:
    caller = answer["caller"]
    rung = f", {', '.join(caller['ringing'])} rung" if caller["ringing"] else ""
    note(f"{caller['call']}: place {caller['position']} in {answer['queue']}{rung}.")


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{int(value) // 60}:{int(value) % 60:02}"
