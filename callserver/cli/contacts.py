"""``callserver contacts``: tables of contacts, in and out."""

import asyncio
import csv
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from callserver.call import numbers
from callserver.cli import audit
from callserver.cli.shared import ConfigFile, note, opened_store, read_config, say, tell_server
from callserver.config import Config
from callserver.crm import exporting
from callserver.crm.importing import Import
from callserver.crm.table import BadTable, Table, opened
from callserver.model.contacts import ContactFilter
from callserver.model.errors import ConfigError
from callserver.model.imports import Mistake, Tally

app = typer.Typer(help="Contacts: tables in and out.", no_args_is_help=True)

SHOWN = 20


@app.callback()
def contacts() -> None:
    """Contacts, as the API and flows know them."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; the first line has names.")],
    named: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="TITLE=COLUMN",
            help="What a column of another name is; `TITLE=-` leaves it out. More than once.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")
    ] = False,
    bad: Annotated[
        Path | None, typer.Option(help="Write all mistakes there, as CSV.", show_default=False)
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of the file.")] = "utf-8-sig",
    config: ConfigFile = None,
) -> None:
    """Take contacts from a table; they are known again by external_id, number or mail address.

    Columns: external_id, number, name, mail, channels (as telegram:jane), channel.telegram,
    company, language, owner, vip, blocked, do_not_call, tags, notes, and field.NAME for your own;
    lists have `;` between. Empty cells change nothing, lists grow: the same table, read again,
    changes nothing. Rows with mistakes are left out and told with their line.
    """
    settings = read_config(config)
    mapping = dict(map(_pair, named or ()))
    with _table(file, encoding, mapping) as table, _report(bad) as told:
        tally = asyncio.run(_import(settings, file, table, told, dry=dry_run))
    if not dry_run:
        tell_server(settings)
    for one in told.first:
        note(f"line {one.line}{', ' if one.column else ''}{one.column}: {one.what}; {one.cure}")
    if told.count > SHOWN:
        note(f"… and {told.count - SHOWN} more; --bad FILE writes all of them down")
    would = "would be " if dry_run else ""
    say(
        f"{tally.rows} rows: {tally.new} {would}new, {tally.changed} {would}changed, "
        f"{tally.same} as they were, {tally.bad} left out"
    )
    if tally.bad:
        raise typer.Exit(1)


@app.command("export")
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Default: standard output.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write all contacts as a table that `import` understands."""
    settings = read_config(config)
    if file is None:
        count = asyncio.run(_export(settings, sys.stdout))
    else:
        try:
            with file.open("w", encoding="utf-8", newline="") as out:
                count = asyncio.run(_export(settings, out))
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from error
    note(f"{count} contacts.")


async def _import(
    settings: Config,
    file: Path,
    table: Table,
    told: "_Mistakes",
    *,
    dry: bool,
) -> Tally:
    from callserver.clock import SystemClock

    async with opened_store(settings) as store:
        if not dry:
            await audit.note(store, "contacts.import", "contacts")
        clock = SystemClock()
        number = partial(numbers.read, country=settings.outgoing.country)
        job = Import(store.customers, number, clock.now, audit.actor(), told.add, dry=dry)
        with _progress() as progress:
            task = progress.add_task(file.name, total=table.size, rows=0, bad=0)
            more = True
            while more:
                more = await job.some(table.names, table.rows)
                tally, at = job.tally, table.read if more else table.size
                progress.update(task, completed=at, rows=tally.rows, bad=tally.bad)
        return job.tally


async def _export(settings: Config, out: TextIO) -> int:
    async with opened_store(settings) as store:
        await audit.note(store, "contacts.export", "contacts")
        everybody = ContactFilter()
        names = await exporting.columns(store.customers, everybody)
        writer, count = csv.writer(out), 0
        writer.writerow(names)
        async for page in exporting.pages(store.customers, everybody):
            writer.writerows(await exporting.rows(store.customers, page, names))
            count += len(page)
        return count


@contextmanager
def _table(file: Path, encoding: str, mapping: Mapping[str, str]) -> Iterator[Table]:
    try:
        with opened(file, encoding, mapping) as table:
            yield table
    except (OSError, LookupError) as error:
        raise ConfigError(f"{file}: {error}") from error
    except BadTable as error:
        raise ConfigError("\n".join(f"{file}: {one}" for one in error.wrong)) from error


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[bad]} bad"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _pair(text: str) -> tuple[str, str]:
    title, equals, column = text.rpartition("=")
    if not equals:
        raise typer.BadParameter(f"write --map 'TITLE=COLUMN', not {text!r}")
    return title.strip(), column.strip()


class _Mistakes:
    """What is wrong in a table: the first of it, and all of it in a table of its own."""

    def __init__(self, out: TextIO | None) -> None:
        self._writer = csv.writer(out) if out else None
        self.first: list[Mistake] = []
        self.count = 0
        if self._writer:
            self._writer.writerow(["line", "column", "what", "cure"])

    def add(self, one: Mistake) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(one)
        if self._writer:
            self._writer.writerow([one.line, one.column, one.what, one.cure])


@contextmanager
def _report(file: Path | None) -> Iterator[_Mistakes]:
    if file is None:
        yield _Mistakes(None)
        return
    with file.open("w", encoding="utf-8", newline="") as out:
        yield _Mistakes(out)
