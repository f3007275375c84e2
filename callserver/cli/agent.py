"""``callserver agent``: who takes the calls."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from callserver.cli import agent_live, audit
from callserver.cli.shared import (
    ConfigFile,
    note,
    opened_store,
    read_config,
    say,
    show_table,
    tell_server,
)
from callserver.config import Config
from callserver.model.store_ports import Store
from callserver.people import MIN_PASSWORD, People

app = typer.Typer(help="Agents: accounts, and what they do now and shall do.", no_args_is_help=True)
app.command("live")(agent_live.live)
app.command("state")(agent_live.state)
app.command("wrap-up")(agent_live.wrap_up)
app.command("skills")(agent_live.skills)

Username = Annotated[
    str, typer.Argument(metavar="NAME", help="Username: letters, digits, - and _.")
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Take the password from standard input, one line.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")]


@app.command("add")
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="What people call the agent.")] = "",
    queue: Annotated[
        list[str] | None, typer.Option(help="A queue to take calls from; may be repeated.")
    ] = None,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    config: ConfigFile = None,
) -> None:
    """Add an agent. The password is asked for, unless told otherwise."""
    settings = read_config(config)
    password = _password(from_stdin=password_stdin, generate=generate)
    queues = tuple(dict.fromkeys(queue or ()))
    _change(
        settings,
        lambda people: people.add(username, name, password, queues),
        "agents.create",
        username,
    )
    if not queues:
        note("The agent is in no queue and gets no queued calls; name some with --queue.")
    _added(settings, username, password, generate=generate)


@app.command("passwd")
def passwd(
    username: Username,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    config: ConfigFile = None,
) -> None:
    """Give an agent a new password; the phones must register again with it."""
    settings = read_config(config)
    password = _password(from_stdin=password_stdin, generate=generate)
    _change(
        settings,
        lambda people: people.set_password(username, password),
        "agents.password",
        username,
    )
    _added(settings, username, password, generate=generate)


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """List the agents."""
    settings = read_config(config)

    async def accounts() -> list[tuple[str, str, str]]:
        async with opened_store(settings) as store:
            people = await _people(settings, store)
            return [(a.username, a.name, ", ".join(a.queues)) for a in people.accounts()]

    show_table(("agent", "name", "queues"), asyncio.run(accounts()))


def _change(
    config: Config, work: Callable[[People], Awaitable[object]], action: str, username: str
) -> None:
    async def run() -> None:
        async with opened_store(config) as store:
            await work(await _people(config, store))
            await audit.note(store, action, f"agents/{username}")

    asyncio.run(run())


async def _people(config: Config, store: Store) -> People:
    from callserver.clock import SystemClock

    people = People(store, SystemClock(), config.sip.realm, frozenset(config.queues))
    await people.load()
    return people


def _added(config: Config, username: str, password: str, *, generate: bool) -> None:
    tell_server(config)
    if generate:
        note(f"The password of {username}. It is shown this once:")
        say(password)


def _password(*, from_stdin: bool, generate: bool) -> str:
    """Never an argument's value: those stand in the process table and the shell's history."""
    if from_stdin and generate:
        raise typer.BadParameter("--password-stdin and --generate exclude each other")
    if generate:
        return secrets.token_urlsafe(15)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("no terminal to ask for the password; use --password-stdin")
    password: str = typer.prompt(
        f"Password, at least {MIN_PASSWORD} characters", hide_input=True, confirmation_prompt=True
    )
    return password
