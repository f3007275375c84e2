"""The do-not-call list in the database."""

from callserver.model.do_not_call import DoNotCall
from callserver.store import SqlStore


def one(number: str, until: float | None = None, reason: str = "") -> DoNotCall:
    return DoNotCall(number, 1000.0, until, reason, "token:t1")


async def test_what_is_put_is_found_by_number_and_in_their_order(store: SqlStore) -> None:
    numbers = store.do_not_call
    wanted = [one("+3712", 5000.0, "lawyer's letter"), one("+3711"), one("+3713")]
    await numbers.put(wanted)
    assert await numbers.entry("+3712") == wanted[0]
    assert await numbers.entry("+3714") is None
    assert [each.number for each in await numbers.entries("", 2)] == ["+3711", "+3712"]
    assert [each.number for each in await numbers.entries("+3712", 2)] == ["+3713"]
    assert sorted(await numbers.barred()) == [("+3711", None), ("+3712", 5000.0), ("+3713", None)]


async def test_the_last_word_holds_and_what_is_removed_is_gone(store: SqlStore) -> None:
    numbers = store.do_not_call
    await numbers.put([one("+3711", 5000.0)])
    await numbers.put([one("+3711", None, "for good")])
    assert await numbers.entry("+3711") == one("+3711", None, "for good")
    assert await numbers.remove("+3711")
    assert not await numbers.remove("+3711")
    assert await numbers.entries("", 10) == []
