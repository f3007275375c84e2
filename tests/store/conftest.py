"""A store on a database of its own, of both kinds."""

from collections.abc import AsyncIterator

import pytest

from callserver.model.store_ports import Store
from callserver.store import SqlStore
from callserver.testing.store import MemoryStore
from tests.databases import empty_database


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url, busy_timeout_s=0.3)
    await store.open()
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def anywhere(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else empty_database(request)


@pytest.fixture
async def either(anywhere: str | None) -> AsyncIterator[Store]:
    """A store in a database, and the one in memory that stands for it in other tests."""
    store = MemoryStore() if anywhere is None else SqlStore(anywhere)
    await store.open()
    yield store
    await store.close()
