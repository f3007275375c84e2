"""``callserver voicemail``: messages that callers left, and what comes of them."""

import json
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from callserver.cli.live import Server, Url
from callserver.cli.shared import ConfigFile, note, read_config, say, show_table

app = typer.Typer(
    help="Voicemails of the running server; needs an API token in CALLSERVER_TOKEN.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="As the API gives it, for machines.")]


@app.command("list")
def list_(
    queue: Annotated[str, typer.Option(help="Of the callers of this queue.")] = "",
    assignee: Annotated[str, typer.Option(help="Those this agent deals with.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    as_json: AsJson = False,
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """List the newest messages that nobody has dealt with yet."""
    wanted = {"queue": queue, "assignee": assignee, "done": "" if every else "false"}
    asked = {name: value for name, value in wanted.items() if value}
    found = Server(read_config(config), url).get("voicemails", query=urlencode(asked))["items"]
    if as_json:
        say(json.dumps(found))
        return
    columns = ("id", "left at (UTC)", "from", "name", "seconds", "queue", "mailbox", "assignee")
    show_table((*columns, "done"), map(_row, found))


@app.command("done")
def done(id_: Id, url: Url = "", config: ConfigFile = None) -> None:
    """Somebody has dealt with a message."""
    Server(read_config(config), url).ask("PUT", ("voicemails", id_, "done"), {"done": True})
    note(f"{id_} is done; `callserver voicemail undone {id_}` takes it back.")


@app.command("undone")
def undone(id_: Id, url: Url = "", config: ConfigFile = None) -> None:
    """A message is to be dealt with again."""
    Server(read_config(config), url).ask("PUT", ("voicemails", id_, "done"), {"done": False})
    note(f"{id_} is to be dealt with.")


@app.command("assign")
def assign(
    id_: Id,
    agent: Annotated[str, typer.Argument(metavar="[AGENT]", help="Nobody without it.")] = "",
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Have an agent deal with a message."""
    body = {"username": agent or None}
    Server(read_config(config), url).ask("PUT", ("voicemails", id_, "assignee"), body)
    note(f"{agent or 'Nobody in particular'} deals with {id_}.")


@app.command("callback")
def callback(
    id_: Id,
    queue: Annotated[str, typer.Option(help="Whose agents call; default: the caller's.")] = "",
    url: Url = "",
    config: ConfigFile = None,
) -> None:
    """Have whoever left a message called back."""
    body = {"queue": queue or None}
    made = Server(read_config(config), url).ask("POST", ("voicemails", id_, "callback"), body)
    note(f"{made['number']} is called back by {made['queue']} ({made['call']}).")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["id"],
        one["started_at"].replace("T", " ").split(".")[0],
        one["number"],
        one["name"],
        str(round(one["duration_s"])),
        one["queue"] or "",
        one["mailbox"],
        one["assignee"] or "",
        "done" if one["done_at"] else "",
    )
