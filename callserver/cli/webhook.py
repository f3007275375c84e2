"""``callserver webhook``: who is told what, how far that is, telling again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from callserver.cli import audit
from callserver.cli.shared import (
    ConfigFile,
    note,
    opened_hooks,
    read_config,
    say,
    show_table,
    tell_hooks,
)
from callserver.config import Config
from callserver.model.hooks import Attempt, DeliveryState, Replay, Subscription
from callserver.model.store_ports import Store

if TYPE_CHECKING:
    from callserver.crm.hooks import Hooks

app = typer.Typer(help="Webhooks: who is told what, and how far that is.", no_args_is_help=True)

Answer = TypeVar("Answer")
Id = Annotated[str, typer.Argument(metavar="ID", help="As `callserver webhook list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, for machines.")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it goes; https.")],
    event: Annotated[
        list[str] | None, typer.Option(help="As `call.ended`, `call.*`; more than once. Default: *")
    ] = None,
    queue: Annotated[list[str] | None, typer.Option(help="Calls in these queues only.")] = None,
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    line: Annotated[list[str] | None, typer.Option(help="Calls to these lines only.")] = None,
    language: Annotated[
        str, typer.Option(help="Of mails, messages; default: the customer's.")
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Tell somebody from now on; prints the secret, once. URL may also be `mailto:ADDRESS`, or
    `message:NAME` (one of `messages` in the configuration)."""
    made, secret = subscribe(
        read_config(config), url, event or ["*"], queue or [], line or [], title, language
    )
    if not secret:
        note(f"{made.url} is told from now on; its id is {made.id}.")
        return
    note(f"Webhook {made.id}. Its secret is shown this once:")
    say(secret)


def subscribe(
    config: Config,
    url: str,
    events: list[str],
    queues: list[str],
    lines: list[str],
    title: str,
    language: str,
) -> tuple[Subscription, str]:
    """A new one, and its secret."""

    async def make(hooks: "Hooks", store: Store) -> tuple[Subscription, str]:
        made, secret = await hooks.add(url, events, queues, title, lines, language)
        await audit.note(store, "webhooks.create", f"webhooks/{made.id}")
        return made, secret

    return _changed(config, make)


@app.command("list")
def list_(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List them, with what waits and what was given up."""

    async def look(hooks: "Hooks", _store: Store) -> list[tuple[Subscription, tuple[int, int]]]:
        backlog = await hooks.backlog()
        return [(one, backlog.get(one.id, (0, 0))) for one in await hooks.all()]

    found = _with_hooks(read_config(config), look)
    if as_json:
        say(json.dumps([_shown(*one) for one in found]))
        return
    rows = [
        (
            one.id,
            one.title,
            one.url,
            " ".join(one.events),
            " ".join((*one.queues, *one.lines)),
            str(pending),
            str(dead),
            one.stopped,
        )
        for one, (pending, dead) in found
    ]
    columns = ("id", "title", "url", "events", "queues, lines", "waiting", "dead", "stopped")
    show_table(columns, rows)


@app.command("remove")
def remove(id_: Id, config: ConfigFile = None) -> None:
    """Tell them nothing any more, what waits included."""

    async def work(hooks: "Hooks", store: Store) -> None:
        await hooks.remove(id_)
        await audit.note(store, "webhooks.delete", f"webhooks/{id_}")

    _changed(read_config(config), work)
    note(f"Webhook {id_} is removed.")


@app.command("stop")
def stop(id_: Id, config: ConfigFile = None) -> None:
    """Send nothing for now; what happens meanwhile is kept."""
    _hold(id_, read_config(config), stopped=True)
    note(f"Webhook {id_} is stopped; `callserver webhook start {id_}` sends what has waited.")


@app.command("start")
def start(id_: Id, config: ConfigFile = None) -> None:
    """Send again, what has waited first."""
    _hold(id_, read_config(config), stopped=False)
    note(f"Webhook {id_} is told again.")


@app.command("rotate")
def rotate(
    id_: Id,
    keep_hours: Annotated[float, typer.Option(min=0, help="The present one signs too.")] = 24.0,
    at_once: Annotated[bool, typer.Option(help="The present one is worthless now.")] = False,
    config: ConfigFile = None,
) -> None:
    """A new secret, printed once."""

    async def work(hooks: "Hooks", store: Store) -> str:
        _, secret = await hooks.rotate(id_, 0.0 if at_once else keep_hours * 3600.0)
        await audit.note(store, "webhooks.rotate", f"webhooks/{id_}")
        return secret

    secret = _changed(read_config(config), work)
    note(f"The new secret of webhook {id_}, shown this once:")
    say(secret)


@app.command("test")
def test(id_: Id, config: ConfigFile = None) -> None:
    """Send something that is marked as a test, now."""

    async def work(hooks: "Hooks", _store: Store) -> Attempt:
        return await hooks.test(id_)

    tried = _with_hooks(read_config(config), work)
    say(f"{tried.error or f'answered {tried.status}'} ({1000 * tried.took_s:.0f} ms)")
    if tried.error:
        raise typer.Exit(1)


@app.command("replay")
def replay(
    id_: Id,
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="One `webhook-id`.")
    ] = None,
    since: audit.Since = None,
    until: audit.Until = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also what was delivered, or not meant for them.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Send again, under the same ids: one event, or what was given up in a time."""
    if (event is None) == (since is None):
        raise typer.BadParameter("name either an event or --since")
    wanted = Replay(event, audit.utc(since), audit.utc(until), dead_only=not every)

    async def work(hooks: "Hooks", store: Store) -> int:
        count = await hooks.replay(id_, wanted)
        await audit.note(store, "webhooks.replay", f"webhooks/{id_}")
        return count

    say(f"{_changed(read_config(config), work)} events are sent again")


@app.command("dead")
def dead(
    id_: Id,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List what was given up, newest first, with the reason."""

    async def work(hooks: "Hooks", _store: Store) -> list[tuple[str, ...]]:
        found = await hooks.deliveries(id_, DeliveryState.DEAD, None, limit)
        return [
            (one.id, one.type, one.key, _time(one.at), str(one.tries), one.error) for one in found
        ]

    columns = ("event", "type", "of", "time (UTC)", "tries", "why")
    rows = _with_hooks(read_config(config), work)
    if as_json:
        say(json.dumps([dict(zip(columns, row, strict=True)) for row in rows]))
    else:
        show_table(columns, rows)


@app.command("tries")
def tries(
    id_: Id,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Its `webhook-id`.")],
    config: ConfigFile = None,
) -> None:
    """Every try of an event, in order."""

    async def work(hooks: "Hooks", _store: Store) -> list[tuple[str, ...]]:
        found = await hooks.attempts(id_, event)
        return [(_time(one.at), f"{one.took_s:.3f}", str(one.status), one.error) for one in found]

    show_table(("time (UTC)", "seconds", "status", "why"), _with_hooks(read_config(config), work))


def _hold(id_: str, config: Config, *, stopped: bool) -> None:
    async def work(hooks: "Hooks", store: Store) -> None:
        one = await hooks.one(id_)
        await hooks.change(id_, one.url, one.events, one.queues, one.title, stopped=stopped)
        await audit.note(store, "webhooks.put", f"webhooks/{id_}")

    _changed(config, work)


def _changed(config: Config, work: Callable[["Hooks", Store], Awaitable[Answer]]) -> Answer:
    answer = _with_hooks(config, work)
    tell_hooks(config)
    return answer


def _with_hooks(config: Config, work: Callable[["Hooks", Store], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        async with opened_hooks(config) as (hooks, store):
            return await work(hooks, store)

    return asyncio.run(run())


def _shown(one: Subscription, backlog: tuple[int, int]) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "url": one.url,
        "events": one.events,
        "queues": one.queues,
        "lines": one.lines,
        "language": one.language,
        "pending": backlog[0],
        "dead": backlog[1],
        "stopped": one.stopped,
    }


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
