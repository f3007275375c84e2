"""What only PostgreSQL does: it is a server that may be away, others write to it too, and it says
more than it should. All else that a store does is in the tests beside this one, on both."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from callserver.model.contacts import Found
from callserver.model.errors import StoreError
from callserver.model.facts import DigitPressed, Fact
from callserver.model.following import FactFilter
from callserver.model.people import Token
from callserver.model.store_ports import CallFilter
from callserver.store import SqlStore, calls
from callserver.store.migrate import alembic_config, is_up_to_date
from callserver.testing.postgres import PASSWORD, Postgres
from tests.store.samples import sample
from tests.store.test_migrations import difference

FACTS: list[Fact] = [DigitPressed("1", float(n), "5") for n in range(3)]


@asynccontextmanager
async def opened(url: str, password: str | None = None) -> AsyncIterator[SqlStore]:
    store = SqlStore(url, password, busy_timeout_s=0.3)
    try:
        await store.open()
        yield store
    finally:
        await store.close()


async def why(url: str, password: str | None = None) -> str:
    """What is said when it cannot be opened."""
    with pytest.raises(StoreError) as caught:
        async with opened(url, password):
            pass
    return str(caught.value)


async def test_the_password_is_no_part_of_the_url(postgres: Postgres) -> None:
    postgres.create("guarded")
    url = postgres.url("guarded", tcp=True)
    async with opened(url, PASSWORD) as store:
        await store.ping()
    for wrong in (None, "another one"):
        said = await why(url, wrong)
        assert "check user and password" in said and "another one" not in said


async def test_what_is_wrong_with_the_database_is_said_with_its_cure(postgres: Postgres) -> None:
    assert "CREATE DATABASE" in await why(postgres.url("nowhere"))
    postgres.create("latin", options="ENCODING 'LATIN1' LOCALE 'C'")
    assert "ENCODING 'UTF8'" in await why(postgres.url("latin"))
    postgres.create("others")
    postgres.run("ALTER DATABASE others OWNER TO admin")
    assert "the owner of the database" in await why(postgres.url("others"))


async def test_one_that_went_away_is_used_again_when_it_is_back(
    postgres: Postgres, postgres_url: str
) -> None:
    async with opened(postgres_url) as store:
        await store.append(FACTS, {})
        postgres.stop()
        try:
            for ask in (store.ping, store.agents):
                with pytest.raises(StoreError, match="check that the database runs"):
                    await ask()
        finally:
            postgres.start()
        await store.append(FACTS, {})
        assert await store.last_number() == 2 * len(FACTS)


async def test_who_writes_waits_for_who_writes_elsewhere_so_no_reader_passes_a_fact(
    postgres_url: str,
) -> None:
    async with opened(postgres_url) as here, opened(postgres_url) as there:
        async with here._database.writing("be slow") as connection:
            await calls.append(connection, FACTS, [])
            with pytest.raises(StoreError, match="another process holds the database"):
                await there.append(FACTS, {})
            assert (await there.facts_after(0, FactFilter())).read_to == 0
        await there.append(FACTS, {})
        found = await here.facts_after(0, FactFilter())
    numbers = [number for number, _ in found.facts]
    assert len(numbers) == 2 * len(FACTS) and numbers == sorted(numbers)


async def test_who_reads_cannot_write(postgres_url: str) -> None:
    async with opened(postgres_url) as store:
        with pytest.raises(StoreError, match="read-only"):
            async with store._database.reading("look") as connection:
                await connection.execute(text("DELETE FROM agents"))


async def test_a_nul_in_what_is_looked_for_is_a_miss_and_no_error(postgres_url: str) -> None:
    async with opened(postgres_url) as store:
        assert await store.call("a\0b") is None
        assert await store.calls(CallFilter(number="+371\0", queue="\0", before="\0")) == []
        assert await store.hooks.bodies(["\0", "x"]) == {}
        await store.delete_agent("\0")


async def test_no_row_stands_in_an_error(postgres_url: str) -> None:
    token = replace(sample(Token, full=True), digest="the digest")
    async with opened(postgres_url) as store:
        await store.save_token(token)
        with pytest.raises(StoreError, match="tokens_digest") as caught:
            await store.save_token(replace(token, id="2"))
        with pytest.raises(StoreError, match=r"query argument \$\d;") as refused:
            await store.hooks.pending("the digest", 2**70, 1)
    assert caught.value.__suppress_context__
    assert "the digest" not in str(caught.value)
    assert str(2**70) not in str(refused.value)


def old(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "0017")
    known = json.dumps({"name": "Jāne", "vip": True, "owner": "anna", "tier": "gold"})
    values = {"known": known}
    connection.execute(text("INSERT INTO contacts VALUES ('+37120000012', :known, 5.0)"), values)


async def test_an_old_database_becomes_what_the_code_expects_with_what_was_in_it(
    postgres: Postgres,
) -> None:
    postgres.create("old")
    engine = create_async_engine(postgres.url("old"))
    async with engine.begin() as connection:
        await connection.run_sync(old)
        assert not await connection.run_sync(is_up_to_date)
    async with opened(postgres.url("old")) as store:
        (jane,) = (await store.customers.whose([("number", "+37120000012")])).values()
        (hit,) = await store.customers.search("jane", [Found.CONTACT], 9)
    async with engine.connect() as connection:
        assert await connection.run_sync(is_up_to_date)
        assert await connection.run_sync(difference) == []
    await engine.dispose()
    assert (jane.name, jane.vip, jane.owner) == ("Jāne", True, "anna")
    assert jane.fields == {"tier": "gold"} and hit.id == jane.id
