"""A store on a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callserver.store import SqlStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'callserver.db'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url, busy_timeout_s=0.3)
    await store.open()
    yield store
    await store.close()
