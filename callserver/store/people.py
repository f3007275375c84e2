"""Agents, their phones' bindings, and API tokens."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.people import AgentAccount, Binding, Token
from callserver.store import codec
from callserver.store.schema import agents, bindings, tokens
from callserver.store.upsert import upsert


async def all_agents(connection: AsyncConnection) -> list[AgentAccount]:
    """All agents, by username."""
    rows = await connection.execute(select(agents).order_by(agents.c.username))
    return [codec.from_row(row, AgentAccount) for row in rows.mappings()]


async def save_agent(connection: AsyncConnection, account: AgentAccount) -> None:
    """Insert or replace by username."""
    await upsert(connection, agents, [codec.to_row(account)])


async def delete_agent(connection: AsyncConnection, username: str) -> None:
    """Forget an agent and the phones registered as that agent."""
    await connection.execute(delete(bindings).where(bindings.c.agent == username))
    await connection.execute(delete(agents).where(agents.c.username == username))


async def all_tokens(connection: AsyncConnection) -> list[Token]:
    """All tokens, revoked ones too, oldest first."""
    rows = await connection.execute(select(tokens).order_by(tokens.c.id))
    return [codec.from_row(row, Token) for row in rows.mappings()]


async def save_token(connection: AsyncConnection, token: Token) -> None:
    """Insert or replace by id."""
    await upsert(connection, tokens, [codec.to_row(token)])


async def all_bindings(connection: AsyncConnection) -> list[Binding]:
    """All registered phones, expired ones too: the registrar knows the time, not the store."""
    rows = await connection.execute(select(bindings).order_by(bindings.c.registered_at))
    return [codec.from_row(row, Binding) for row in rows.mappings()]


async def save_binding(connection: AsyncConnection, binding: Binding) -> None:
    """Insert or replace by agent and contact."""
    await upsert(connection, bindings, [codec.to_row(binding)])


async def delete_binding(connection: AsyncConnection, agent: str, contact: str) -> None:
    """Forget a phone; one that is not there is no mistake."""
    await connection.execute(
        delete(bindings).where(bindings.c.agent == agent, bindings.c.contact == contact)
    )
