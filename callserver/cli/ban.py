"""``callserver ban``: which addresses get no answer at the SIP door."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from callserver.cli import audit
from callserver.cli.shared import ConfigFile, note, opened_store, read_config, show_table, tell_bans
from callserver.config import Config
from callserver.model.bans import Ban, Offence
from callserver.model.errors import UnknownName
from callserver.model.store_ports import Store

app = typer.Typer(help="Banned addresses: list, add, lift.", no_args_is_help=True)

Answer = TypeVar("Answer")

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="IPv4 address.")]


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """List the bans in force, newest first."""
    from callserver.clock import SystemClock

    now = SystemClock().now()

    async def in_force(store: Store) -> list[Ban]:
        return [ban for ban in await store.bans() if ban.holds(now)]

    bans = sorted(_with_store(read_config(config), in_force), key=lambda ban: -ban.since)
    columns = ("address", "since (UTC)", "until (UTC)", "reason", "strikes", "by", "note")
    show_table(columns, [_row(ban) for ban in bans])


@app.command("add")
def add(
    address: Address,
    lasts: Annotated[
        str, typer.Option("--for", metavar="TIME", help="As 90s, 30m, 2h, 7d; default: for good.")
    ] = "",
    why: Annotated[str, typer.Option("--note", help="Why, for those who read it.")] = "",
    config: ConfigFile = None,
) -> None:
    """Ban an address."""
    from callserver.clock import SystemClock
    from callserver.edge.warden import check_bannable, rules

    settings = read_config(config)
    check_bannable(address, address in rules(settings).allowed)
    now = SystemClock().now()
    until = now + _seconds(lasts) if lasts else None

    async def keep(store: Store) -> None:
        before = next((ban for ban in await store.bans() if ban.address == address), None)
        strikes = before.strikes + 1 if before else 1
        await store.save_ban(
            Ban(address, now, until, Offence.MANUAL, strikes, audit.actor(), why[:200])
        )
        await audit.note(store, "bans.create", f"bans/{address}")

    _with_store(settings, keep)
    tell_bans(settings)
    note(f"{address} gets no answer any more.")


@app.command("lift")
def lift(address: Address, config: ConfigFile = None) -> None:
    """Let an address in again and forget what it did."""
    settings = read_config(config)

    async def forget(store: Store) -> None:
        if all(ban.address != address for ban in await store.bans()):
            raise UnknownName(f"{address!r} is not banned; `callserver ban list` shows who is")
        await store.delete_ban(address)
        await audit.note(store, "bans.lift", f"bans/{address}")

    _with_store(settings, forget)
    tell_bans(settings)
    note(f"{address} is heard again.")


def _with_store(config: Config, work: Callable[[Store], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        async with opened_store(config) as store:
            return await work(store)

    return asyncio.run(run())


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no time; write 90s, 30m, 2h or 7d")
    return float(int(found[1]) * _UNITS_S[found[2]])


def _row(ban: Ban) -> tuple[str, ...]:
    until = "for good" if ban.until is None else _time(ban.until)
    return (
        ban.address,
        _time(ban.since),
        until,
        ban.reason,
        str(ban.strikes),
        ban.by,
        ban.note,
    )


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
