"""``callserver agent``, live: what agents do now, and what they shall do."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from callserver.cli.live import Server, Url
from callserver.cli.shared import ConfigFile, note, read_config, show_table
from callserver.model.errors import NotAllowed

Username = Annotated[str, typer.Argument(metavar="NAME", help="Username.")]


class Wanted(StrEnum):
    """What an agent may be told to be."""

    READY = "ready"
    PAUSED = "paused"
    SIGNED_OUT = "signed_out"


def live(url: Url = "", config: ConfigFile = None) -> None:
    """List what the agents do now (needs an API token in CALLSERVER_TOKEN)."""
    agents = Server(read_config(config), url).get("agents")["items"]
    show_table(("agent", "state", "reason", "since", "call", "phones", "then"), map(_row, agents))


def state(
    username: Username,
    wanted: Annotated[Wanted, typer.Argument(metavar="STATE", help="What they shall be.")],
    reason: Annotated[str, typer.Option(help="Of a pause: one of `agents.pause_reasons`.")] = "",
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Make an agent ready (which ends a wrap-up), pause them, or sign them out; after the call if
    they are in one (needs an API token in CALLSERVER_TOKEN)."""
    body = {"state": wanted.value, "reason": reason}
    _tell(Server(read_config(config), url).ask("PUT", ("agents", username, "state"), body))


def wrap_up(
    username: Username,
    seconds: Annotated[float, typer.Argument(metavar="SECONDS", help="So much longer.")],
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Let an agent's wrap-up last longer (needs an API token in CALLSERVER_TOKEN)."""
    body = {"seconds": seconds}
    _tell(Server(read_config(config), url).ask("POST", ("agents", username, "wrap-up"), body))


def skills(
    username: Username,
    queue: Annotated[
        list[str] | None, typer.Option(help="NAME or NAME=PENALTY; may be repeated.")
    ] = None,
    skill: Annotated[list[str] | None, typer.Option(help="NAME=LEVEL, 1-10.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="One they speak; none: all.")] = None,
    capacity: Annotated[int, typer.Option(min=1, max=10, help="Calls at once.")] = 1,
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Say what an agent is given, all of it anew (needs an API token in CALLSERVER_TOKEN)."""
    body = {
        "queues": dict(_pair(one, "0") for one in queue or ()),
        "skills": dict(_pair(one, "") for one in skill or ()),
        "languages": list(language or ()),
        "capacity": capacity,
    }
    _tell(Server(read_config(config), url).ask("PUT", ("agents", username, "skills"), body))


def _pair(text: str, default: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    try:
        return name, int(number or default)
    except ValueError:
        raise NotAllowed(f"`{text}`: write NAME=NUMBER") from None


def _row(agent: dict[str, Any]) -> tuple[str, ...]:
    then = agent["wish"] or ""
    return (
        agent["username"],
        agent["state"],
        agent["reason"],
        agent["since"],
        agent["call"] or "",
        str(agent["phones"]),
        f"{then} {agent['wish_reason']}".strip(),
    )


def _tell(agent: dict[str, Any]) -> None:
    note(f"{agent['username']} is {agent['state']} {agent['reason']}".strip() + ".")
