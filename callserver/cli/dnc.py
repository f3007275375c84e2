"""``callserver dnc``: the do-not-call list, the numbers of those who asked not to be called."""

import asyncio
import csv
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from callserver.cli import audit
from callserver.cli.shared import (
    ConfigFile,
    complain,
    note,
    opened_store,
    read_config,
    show_table,
    tell_server,
)
from callserver.config import Config
from callserver.model.do_not_call import DoNotCall, DoNotCallStore
from callserver.model.errors import UnknownName
from callserver.model.store_ports import Store

app = typer.Typer(help="Numbers that are not called: list, add, remove.", no_args_is_help=True)

Answer = TypeVar("Answer")
MISTAKE = 2
MOST_CHARS = 200

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="As one would write it.")]
Until = Annotated[
    datetime | None,
    typer.Option(
        metavar="TIME", help="When they may be called again (UTC); default: never.", show_default=""
    ),
]


@app.command("list")
def list_(
    after: Annotated[str, typer.Option(metavar="NUMBER", help="Those behind this one.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 1000,
    config: ConfigFile = None,
) -> None:
    """List the numbers that are not called, by number."""

    async def read(numbers: DoNotCallStore, _: Store) -> list[DoNotCall]:
        return [*await numbers.entries(after, limit)]

    found = _with_list(read_config(config), read)
    show_table(("number", "since (UTC)", "until (UTC)", "reason", "by"), map(_row, found))


@app.command("add")
def add(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for those who read it.")] = "",
    until: Until = None,
    config: ConfigFile = None,
) -> None:
    """Nobody calls this number any more, but when they ask to be called back themselves."""
    settings = read_config(config)
    (made,) = _entries(settings, [(number, reason, until)])
    _put(settings, [made], "dnc.create", f"do-not-call/{made.number}")
    note(f"{made.number} is not called any more.")


@app.command("remove")
def remove(number: Number, config: ConfigFile = None) -> None:
    """This number may be called again."""
    settings = read_config(config)
    (known,) = _entries(settings, [(number, "", None)])

    async def forget(numbers: DoNotCallStore, store: Store) -> None:
        if not await numbers.remove(known.number):
            raise UnknownName(f"{known.number} is not on the list; `callserver dnc list` shows it")
        await audit.note(store, "dnc.delete", f"do-not-call/{known.number}")

    _with_list(settings, forget)
    tell_server(settings)
    note(f"{known.number} may be called again.")


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="CSV: number, and if you like reason and until (2027-03-01); no other columns. A "
            "plain list of numbers is one too.",
        ),
    ],
    reason: Annotated[str, typer.Option(help="Of those that come without.")] = "",
    config: ConfigFile = None,
) -> None:
    """Put the numbers of a file on the list, all or (when one is wrong) none."""
    settings = read_config(config)
    made = _entries(settings, [(number, why or reason, end) for number, why, end in _rows(file)])
    _put(settings, made, "dnc.import", f"{len(made)} numbers")
    note(f"{len(made)} numbers are not called any more.")


def _rows(file: Path) -> Iterator[tuple[str, str, datetime | None]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.reader(lines):
            number, reason, until = [cell.strip() for cell in (*row, "", "", "")][:3]
            if not number or number.lower() == "number" or number.startswith("#"):
                continue
            try:
                yield number, reason, datetime.fromisoformat(until) if until else None
            except ValueError:
                raise typer.BadParameter(f"{until!r} is no time; write 2027-03-01") from None


def _entries(config: Config, wanted: list[tuple[str, str, datetime | None]]) -> list[DoNotCall]:
    from callserver.call import numbers
    from callserver.clock import SystemClock

    now, by = SystemClock().now(), audit.actor()
    made: dict[str, DoNotCall] = {}
    wrong = 0
    for text, reason, until in wanted:
        number = numbers.read(text, config.outgoing.country)
        if number is None:
            wrong += 1
            complain(f"{text[:40]!r} is no telephone number; write it as +37120000001")
            continue
        kept = "".join(char for char in reason if char.isprintable())[:MOST_CHARS]
        made[number] = DoNotCall(number, now, audit.utc(until), kept, by)
    if wrong:
        raise typer.Exit(MISTAKE)
    return [*made.values()]


def _put(config: Config, entries: list[DoNotCall], action: str, target: str) -> None:
    async def keep(numbers: DoNotCallStore, store: Store) -> None:
        await numbers.put(entries)
        await audit.note(store, action, target)

    _with_list(config, keep)
    tell_server(config)


def _with_list(
    config: Config, work: Callable[[DoNotCallStore, Store], Awaitable[Answer]]
) -> Answer:
    async def run() -> Answer:
        async with opened_store(config) as store:
            return await work(store.do_not_call, store)

    return asyncio.run(run())


def _row(one: DoNotCall) -> tuple[str, ...]:
    until = "for good" if one.until is None else _time(one.until)
    return (one.number, _time(one.since), until, one.reason, one.by)


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
