"""For all tests: what makes hundreds of servers affordable, and the same examples in every run."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from callserver.store import SqlStore
from callserver.testing.postgres import Postgres
from callserver.testing.rig import Rig
from tests.databases import empty_database
from tests.hatchery import Hatchery

HATCHERY = Hatchery()
FRESH = {"soak", "bench", "test_flooded_server.py"}
"""Where memory is measured: pages shared with the hatchery would become the server's own bit by
bit, which looks like a leak."""

# As many databases are made: in an order of letters that is not SQLite's.
IN_ENGLISH = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"

# A change is judged by the same examples as the one before it; `--hypothesis-profile default` looks
# for others.
# Neither how long an example takes nor how long it takes to make one is judged: others work on the
# machine too.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _servers_are_hatched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if FRESH.isdisjoint(request.path.parts):
        monkeypatch.setattr(Rig, "commands", HATCHERY)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One for all tests of this process."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated(postgres: Postgres) -> str:
    """The name of a database with all tables and nothing in them."""

    async def migrate() -> None:
        store = SqlStore(postgres.url(name))
        await store.open()
        await store.close()

    name = "migrated"
    postgres.create(name, options=IN_ENGLISH)
    asyncio.run(migrate())
    return name


@pytest.fixture
def postgres_url(postgres: Postgres, _migrated: str) -> str:
    """A database for this test alone, with all tables and nothing in them."""
    name = "test"
    postgres.create(name, template=_migrated)
    return postgres.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, of both kinds: what goes into ``store.url``."""
    return empty_database(request)
