"""Who asked not to be called is not called."""

import pytest

from callserver.call.do_not_call import DoNotCallList
from callserver.call.numbers import tidy
from callserver.call.toll import Allowed, Denied, Refusal, TollGuard, flow
from callserver.config.outgoing import Outgoing
from callserver.model.errors import NotAllowed
from callserver.testing.do_not_call import MemoryDoNotCall

NUMBER = "+37120000012"
NOW = 1_000_000.0


class Clock:
    def now(self) -> float:
        return NOW


def made(store: MemoryDoNotCall | None = None) -> tuple[DoNotCallList, TollGuard]:
    numbers = DoNotCallList(store or MemoryDoNotCall(), Clock(), "LV")
    return numbers, TollGuard(Outgoing(allow=("+371",), country="LV"), None, numbers.memory)


async def test_from_the_moment_it_is_on_the_list_until_it_is_taken_off() -> None:
    numbers, guard = made()
    assert guard.check("anna", NUMBER, NOW) == Allowed(NUMBER)
    await numbers.put(NUMBER, None, "asked us to", "token:t1")
    for asker in ("anna", flow("support")):
        assert guard.check(asker, NUMBER, NOW) == Denied(Refusal.DO_NOT_CALL)
    assert guard.check("anna", "+37120000013", NOW) == Allowed("+37120000013")
    assert await numbers.remove(NUMBER)
    assert not await numbers.remove(NUMBER)
    assert guard.check("anna", NUMBER, NOW) == Allowed(NUMBER)


async def test_however_the_number_is_written() -> None:
    numbers, guard = made()
    for written in ("+371 2000-0012", "20000012", "00371 20000012", "(2000) 0012"):
        assert numbers.number(written) == NUMBER
    assert numbers.number("20000012 or 13") is None
    await numbers.put(NUMBER, None, "", "")
    assert guard.check("anna", "20000012", NOW) == Denied(Refusal.DO_NOT_CALL)


async def test_who_wants_this_very_call_gets_it() -> None:
    numbers, guard = made()
    await numbers.put(NUMBER, None, "", "")
    assert guard.check(flow("callback:support"), NUMBER, NOW, asked=True) == Allowed(NUMBER)


async def test_a_time_that_is_over_bars_nobody() -> None:
    numbers, guard = made()
    await numbers.put(NUMBER, NOW + 60, "", "")
    assert guard.check("anna", NUMBER, NOW + 59) == Denied(Refusal.DO_NOT_CALL)
    assert guard.check("anna", NUMBER, NOW + 60) == Allowed(NUMBER)
    with pytest.raises(NotAllowed):
        await numbers.put(NUMBER, NOW, "", "")


async def test_what_a_contact_says_counts_besides_the_list() -> None:
    store = MemoryDoNotCall()
    store.contacts.append(NUMBER)
    numbers, guard = made(store)
    await numbers.load()
    await numbers.put(NUMBER, None, "", "")
    await numbers.remove(NUMBER)
    assert guard.spares(NUMBER, NOW)
    store.contacts.clear()
    await numbers.reload()
    assert not guard.spares(NUMBER, NOW)


def test_what_is_there_for_the_eye_is_no_part_of_a_number() -> None:
    assert tidy(" +371 (2000) 00-12 ") == NUMBER
    assert tidy("20/00.00") == "200000"
    assert tidy("+3712000;ext=1") == "+3712000;ext=1"
