"""API tokens: who holds the secret comes in, until it is revoked."""

from pathlib import Path

import pytest

from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.people import Role
from callserver.store import SqlStore
from callserver.tokens import Tokens


class Clock:
    def now(self) -> float:
        return 1000.0


@pytest.fixture
async def store(tmp_path: Path) -> SqlStore:
    store = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'tokens.db'}")
    await store.open()
    return store


async def test_the_secret_opens_and_only_the_secret(store: SqlStore) -> None:
    tokens = Tokens(store, Clock())
    token, secret = await tokens.create("crm", Role.CRM)
    assert tokens.verify(secret) == token
    assert secret.startswith("cs_") and len(secret) == 46
    for wrong in ("", "cs_", secret[:-1], secret + "x", secret.upper(), token.digest, "\udcff"):
        assert tokens.verify(wrong) is None
    await store.close()


async def test_another_process_reads_the_same_tokens_but_no_secret(store: SqlStore) -> None:
    _, secret = await Tokens(store, Clock()).create("crm", Role.CRM)
    others = Tokens(store, Clock())
    assert others.verify(secret) is None
    await others.load()
    found = others.verify(secret)
    assert found is not None
    assert found.role is Role.CRM
    assert secret not in repr(others.tokens()) and found.digest not in repr(found)
    await store.close()


async def test_a_revoked_token_stays_listed_and_stays_shut(store: SqlStore) -> None:
    tokens = Tokens(store, Clock())
    token, secret = await tokens.create("crm", Role.CRM)
    await tokens.revoke(token.id)
    assert tokens.verify(secret) is None
    assert [kept.revoked_at for kept in tokens.tokens()] == [1000.0]
    with pytest.raises(NotAllowed, match="revoked already"):
        await tokens.revoke(token.id)
    with pytest.raises(UnknownName, match="token list"):
        await tokens.revoke("nothing")
    await store.close()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb"])
async def test_a_token_needs_a_name(store: SqlStore, name: str) -> None:
    with pytest.raises(NotAllowed, match="needs a name"):
        await Tokens(store, Clock()).create(name, Role.OPS)
    await store.close()
