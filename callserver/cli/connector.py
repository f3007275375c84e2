"""``callserver connector``: the CRMs that are told of calls."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from callserver.cli import audit
from callserver.cli.shared import ConfigFile, opened_store, read_config, say, show_table
from callserver.config import Config
from callserver.model.connectors import PREFIX, Known
from callserver.model.errors import UnknownName
from callserver.model.ids import new_id

if TYPE_CHECKING:
    from callserver.crm.connectors.courier import Courier

app = typer.Typer(help="Connectors: the CRMs that are told of calls.", no_args_is_help=True)


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="JSON, for machines.")] = False,
    config: ConfigFile = None,
) -> None:
    """List them, with what waits and what was given up (`callserver webhook dead connector-NAME`
    says why)."""
    settings = read_config(config)

    async def look() -> Mapping[str, tuple[int, int]]:
        from callserver.store import SqlStore

        store = SqlStore(settings.store_url, settings.store.secret())
        try:
            await store.open()
            return await store.hooks.backlog()
        finally:
            await store.close()

    backlog = asyncio.run(look())
    columns = ("name", "kind", "url", "queues", "waiting", "dead")
    rows = [
        (name, one.kind, one.url, " ".join(one.queues), *backlog.get(PREFIX + name, (0, 0)))
        for name, one in settings.connectors.items()
    ]
    if as_json:
        say(json.dumps([dict(zip(columns, row, strict=True)) for row in rows]))
    else:
        show_table(columns, [tuple(map(str, row)) for row in rows])


@app.command("test")
def test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in connectors.yaml.")],
    check_only: Annotated[
        bool, typer.Option("--check", help="Only whether the CRM knows us; no call.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Ask the CRM whether it knows us, then tell it of a call that is marked as a test."""
    settings = read_config(config)
    if name not in settings.connectors:
        known = ", ".join(settings.connectors) or "none"
        raise UnknownName(f"no connector {name!r} in connectors.yaml; there are: {known}")

    async def work() -> str:
        from callserver.crm.connectors.trial import NUMBER, story

        async with opened_couriers(settings) as couriers:
            courier = couriers[name]
            await courier.check()
            if asking := _asking(name, courier):
                say(asking)
            if check_only:
                return "it knows us"
            known: Known = {}
            id_ = f"test-{new_id()}"
            agent = next(iter(courier.connector.options.users), None)
            for told in story(id_, courier.now(), agent):
                if told.type in courier.connector.events:
                    await courier.run(courier.connector.tell(told, known))
            async with opened_store(settings) as store:
                await audit.note(store, "connectors.test", f"connectors/{name}")
            return f"it knows us, and has a test call from {NUMBER} ({id_}): look there, remove it"

    say(asyncio.run(work()))


def _asking(name: str, courier: "Courier") -> str:
    """Whether the CRM may ask for calls, and where; empty: it never does."""
    connector = courier.connector
    if not connector.sends:
        return ""
    if not connector.listens:
        return "it may not ask for calls (click to call): application_token is not set"
    where = f"{connector.options.link or 'https://THIS-SERVER'}/connectors/{name}"
    return f"it may ask for calls: have it send {' and '.join(connector.sends)} to {where}"


def _nobody(_call: str, _by: str) -> None:
    """There is no call here that anybody could refuse."""


@asynccontextmanager
async def opened_couriers(config: Config) -> AsyncIterator[Mapping[str, "Courier"]]:
    """All connectors of a configuration; nothing is delivered here."""
    from callserver.clock import SystemClock
    from callserver.crm.connectors.courier import Desk
    from callserver.crm.connectors.directory import couriers
    from callserver.outside.fetcher import Fetcher
    from callserver.store import SqlStore
    from callserver.web.sounds import Sounds

    store, http = SqlStore(config.store_url, config.store.secret()), Fetcher()
    sounds = Sounds(store, config.recording.dir)
    desk = Desk(http, store.hooks, SystemClock(), sounds.whole, config.connectors_dir, _nobody)
    try:
        yield couriers(config.connectors, desk)
    finally:
        await http.close()
        await store.close()
