"""``callserver audit``: who heard, changed, exported what."""

import asyncio
import json
import os
import pwd
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from callserver.cli.shared import ConfigFile, opened_store, read_config, say, show_table
from callserver.config import Config
from callserver.model.facts import Audited, Outcome
from callserver.model.ids import new_id
from callserver.model.store_ports import AuditFilter, Store
from callserver.tokens import ACTOR

app = typer.Typer(help="The audit log: who heard, changed, exported what.", no_args_is_help=True)

ROLE = "cli"
REMOTE = "local"

Since = Annotated[datetime | None, typer.Option(help="At this time (UTC) or later.")]
Until = Annotated[datetime | None, typer.Option(help="Before this time (UTC).")]


async def note(store: Store, action: str, target: str, outcome: Outcome = Outcome.DONE) -> None:
    """Put on record what this command has done, by whom the system says runs it."""
    from callserver.clock import SystemClock

    entry = Audited(
        id=new_id(),
        at=SystemClock().now(),
        actor=actor(),
        role=ROLE,
        action=action,
        target=target,
        remote=REMOTE,
        outcome=outcome,
    )
    await store.append([entry], {})


@app.callback()
def audit() -> None:
    """Every change, every recording that was heard, every list of calls that was taken away."""


@app.command("list")
def list_(
    actor: Annotated[str | None, typer.Option(help="`token:ID` or `cli:OS USER`.")] = None,
    action: Annotated[str | None, typer.Option(help="As `recordings.audio`.")] = None,
    target: Annotated[str | None, typer.Option(help="As `agents/anna`.")] = None,
    since: Since = None,
    until: Until = None,
    before: Annotated[str | None, typer.Option(help="The last id of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for machines.")] = False,
    config: ConfigFile = None,
) -> None:
    """List the audit log, newest first."""
    wanted = AuditFilter(
        actor=actor,
        action=action,
        target=target,
        since=utc(since),
        until=utc(until),
        before=before,
        limit=limit,
    )
    entries, names = asyncio.run(_read(read_config(config), wanted))
    if as_json:
        say(json.dumps([asdict(entry) for entry in entries]))
        return
    columns = ("id", "time (UTC)", "actor", "name", "role", "action", "target", "from", "outcome")
    show_table(columns, [_row(entry, names) for entry in entries])


async def _read(config: Config, wanted: AuditFilter) -> tuple[Sequence[Audited], Mapping[str, str]]:
    async with opened_store(config) as store:
        names = {ACTOR + token.id: token.name for token in await store.tokens()}
        return await store.audit(wanted), names


def _row(entry: Audited, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        entry.id,
        f"{datetime.fromtimestamp(entry.at, UTC):%Y-%m-%d %H:%M:%S}",
        entry.actor,
        names.get(entry.actor, ""),
        entry.role,
        entry.action,
        entry.target,
        entry.remote,
        entry.outcome,
    )


def utc(time: datetime | None) -> float | None:
    """What somebody typed, as seconds since 1970."""
    return None if time is None else time.replace(tzinfo=UTC).timestamp()


def actor() -> str:
    """Who runs this command, as it is put on record."""
    return f"cli:{_os_user()}"


def _os_user() -> str:
    """By the process, not by its environment, which anybody can set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
