"""Bans on a real file."""

from dataclasses import replace

from callserver.model.bans import Ban, Offence
from callserver.store import SqlStore


async def test_a_ban_is_kept_by_address_until_it_is_forgotten(store: SqlStore) -> None:
    first = Ban("192.0.2.7", 10.0, 20.0, Offence.WRONG_PASSWORD, 1, "shield")
    longer = replace(first, since=30.0, until=None, strikes=2, by="cli:root", note="no 'more'")
    other = replace(first, address="192.0.2.8", since=15.0, reason=Offence.FLOOD)
    for ban in (first, other, longer):
        await store.save_ban(ban)
    assert await store.bans() == [other, longer]
    await store.delete_ban("192.0.2.7")
    await store.delete_ban("192.0.2.9")
    assert await store.bans() == [other]
