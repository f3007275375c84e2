"""``callserver token``: who may use the API."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from callserver.cli import audit
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
from callserver.model.people import Role, Token
from callserver.model.store_ports import Store
from callserver.tokens import Tokens

app = typer.Typer(help="API tokens: add, list, revoke.", no_args_is_help=True)

Answer = TypeVar("Answer")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    role: Annotated[Role, typer.Option(help="What its bearer may do.")],
    config: ConfigFile = None,
) -> None:
    """Make a token and print its secret, once."""
    settings = read_config(config)

    async def make(tokens: Tokens, store: Store) -> tuple[Token, str]:
        token, secret = await tokens.create(name, role)
        await audit.note(store, "tokens.create", f"tokens/{token.id}")
        return token, secret

    token, secret = _with_tokens(settings, make)
    tell_server(settings)
    note(f"Token {token.id} ({role}). The secret is shown this once:")
    say(secret)


@app.command("list")
def list_(config: ConfigFile = None) -> None:
    """List the tokens, revoked ones too."""

    async def all_(tokens: Tokens, _store: Store) -> tuple[Token, ...]:
        return tokens.tokens()

    rows = [
        (token.id, token.name, token.role, _time(token.created_at), _time(token.revoked_at))
        for token in _with_tokens(read_config(config), all_)
    ]
    show_table(("id", "name", "role", "made", "revoked"), rows)


@app.command("revoke")
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `callserver token list` shows it.")],
    config: ConfigFile = None,
) -> None:
    """Make a token worthless, for ever."""
    settings = read_config(config)

    async def take_back(tokens: Tokens, store: Store) -> Token:
        token = await tokens.revoke(id_)
        await audit.note(store, "tokens.revoke", f"tokens/{id_}")
        return token

    token = _with_tokens(settings, take_back)
    tell_server(settings)
    note(f"Token {token.id} ({token.name}) is revoked.")


def _with_tokens(config: Config, work: Callable[[Tokens, Store], Awaitable[Answer]]) -> Answer:
    from callserver.clock import SystemClock

    async def run() -> Answer:
        async with opened_store(config) as store:
            tokens = Tokens(store, SystemClock())
            await tokens.load()
            return await work(tokens, store)

    return asyncio.run(run())


def _time(at: float | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
