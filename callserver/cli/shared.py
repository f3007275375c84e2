"""What the commands have in common: configuration, store, the running server, output."""

import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from callserver.config import Config, load
from callserver.media.wire import (
    VERSION,
    BansChanged,
    Hello,
    HooksChanged,
    PeopleChanged,
    Upgrade,
    encode,
)
from callserver.model.errors import ConfigError
from callserver.model.store_ports import Store

if TYPE_CHECKING:
    from callserver.crm.hooks import Hooks
    from callserver.store import SqlStore

DEFAULT_CONFIG = Path("config/callserver.yaml")
POKE_TIMEOUT_S = 2.0
_PIPE_COLUMNS = 500

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help=f"Configuration. Default: {DEFAULT_CONFIG} if it is there, else the built-in "
        "defaults.",
        show_default=False,
    ),
]


def find_config(file: Path | None) -> Path | None:
    """The file to read; None: the built-in defaults. Raises ``ConfigError``."""
    if file is None:
        return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None
    if not file.is_file():
        raise ConfigError(f"{file}: no such file; `callserver init` makes a configuration")
    return file


def read_config(file: Path | None) -> Config:
    """The configuration a command works with. Raises ``ConfigError``."""
    return load(find_config(file))


@asynccontextmanager
async def opened_store(config: Config) -> AsyncIterator["SqlStore"]:
    """The database of a configuration, brought up to date."""
    from callserver.store import SqlStore

    store = SqlStore(config.store_url, config.store.secret())
    try:
        await store.open()
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_hooks(config: Config) -> AsyncIterator[tuple["Hooks", Store]]:
    """The webhooks of a configuration, with its database. Nothing is delivered here."""
    from callserver.clock import SystemClock
    from callserver.crm.attempts import House
    from callserver.crm.hooks import Hooks
    from callserver.metrics import Metrics
    from callserver.outside.messengers import messengers
    from callserver.outside.poster import Poster
    from callserver.store import SqlStore

    store = SqlStore(config.store_url, config.store.secret())
    poster = Poster(config.webhooks)
    people = messengers(config, store, poster)
    house = House.of(config, store.hooks, poster, SystemClock(), Metrics(), {}, people)
    try:
        await store.open()
        yield Hooks(house, frozenset(config.queues), frozenset(config.lines)), store
    finally:
        await poster.close()
        await store.close()


def server_runs(config: Config) -> bool:
    """Whether a server with this configuration runs on this machine."""
    return _reach(config)


def tell_server(config: Config) -> None:
    """Let a running server read agents and tokens again; without one there is nothing to do."""
    if not _reach(config, PeopleChanged()):
        note("No server runs here; the change is there when it starts.")


def tell_bans(config: Config) -> None:
    """Let a running server read the bans again."""
    if not _reach(config, BansChanged()):
        note("No server runs here; the change is there when it starts.")


def tell_hooks(config: Config) -> None:
    """Let a running server look at the webhooks again."""
    if not _reach(config, HooksChanged()):
        note("No server runs here; it is done when one starts.")


def ask_upgrade(config: Config) -> bool:
    """Have a running server become the program that is installed now; False: none runs."""
    return _reach(config, Upgrade())


def _reach(config: Config, *messages: PeopleChanged | BansChanged | HooksChanged | Upgrade) -> bool:
    frames = encode(Hello(role="cli", version=VERSION, pid=os.getpid()))
    frames += b"".join(map(encode, messages))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(POKE_TIMEOUT_S)
        try:
            connection.connect(str(config.control_socket))
            connection.sendall(frames)
        except OSError:  # no socket, or a server that was killed left it behind
            return False
    return True


def say(text: str) -> None:
    """The result of a command, to standard output, as it is."""
    typer.echo(text)


def note(text: str) -> None:
    """What a person may want to know besides, to standard error."""
    typer.echo(text, err=True)


def complain(text: str) -> None:
    """An error, to standard error."""
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(text, err=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table to standard output; nothing in it is taken for markup. Where nobody looks, lines are
    not folded: ``grep`` wants them whole."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)


def terminated_is_interrupted() -> None:
    """From now on SIGTERM ends this process as Ctrl-C does: what it started ends with it."""
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
