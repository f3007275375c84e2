"""Who calls: what a CRM answers, and what becomes of it when it does not."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callserver.call import acquaintance
from callserver.config.lookup import Lookup as Options
from callserver.crm.lookup import MOST_CHARACTERS, MOST_FIELDS, PATIENCE, Lookup, read
from callserver.model.call import Phase
from callserver.model.connectors import Found
from callserver.model.errors import OutsideError
from callserver.model.outside import Request
from callserver.model.ticket import NOTHING, Ticket
from callserver.testing.clock import VirtualClock
from callserver.testing.crms import (
    Crm,
    CrmServer,
    FakeBitrix24,
    FakeFreshdesk,
    FakeHubspot,
    FakeLiveAgent,
    FakeOdoo,
    FakeSalesforce,
    FakeZammad,
    FakeZendesk,
)
from tests.crm.house import office
from tests.crm.test_connectors import configured

ANNA = "+37120000012"
BITRIX = [
    {
        "CRM_ENTITY_TYPE": "CONTACT",
        "CRM_ENTITY_ID": 5,
        "NAME": "Anna Liepa",
        "ASSIGNED_BY_ID": 17,
    }
]


class Crms:
    """Implements ``Outside``: answers with what it is told to, after so long, while ``answers``
    is set."""

    def __init__(self, clock: VirtualClock) -> None:
        self.answer: Any = {}
        self.takes_s = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked: list[Request] = []
        self.clock = clock
        self._more = asyncio.Event()

    async def all_asked(self, count: int) -> None:
        """Until it was asked so often."""
        while len(self.asked) < count:
            self._more.clear()
            await self._more.wait()

    async def ask(self, request: Request) -> Any:
        self.asked.append(request)
        self._more.set()
        await self.answers.wait()
        self.clock.advance(self.takes_s)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def tell(self, request: Request) -> None:
        raise NotImplementedError


def lookup(**options: Any) -> tuple[Lookup, Crms]:
    clock = VirtualClock()
    crm = Crms(clock)
    asked = Options(**{"ask": "crm", "path": "/who?phone={number}", **options})
    return Lookup(asked, {}, crm, clock), crm


async def test_a_destination_says_who_calls() -> None:
    asks, crm = lookup()
    crm.answer = {
        **{"name": "Anna", "language": "lv", "owner": "alice", "vip": True, "blocked": False},
        **{"tier": "gold", "Weird key": 1, "deep": {"a": 1}, "url": "https://crm.example.com/5"},
    }
    found = await asks.find(ANNA)
    assert found == Found(
        {
            **{"name": "Anna", "language": "lv", "vip": True, "tier": "gold"},
            "url": "https://crm.example.com/5",
        },
        "alice",
    )
    (request,) = crm.asked
    assert request.path == "/who?phone=%2B37120000012"
    assert await asks.find("") is None, "nobody is asked about withheld numbers"


@pytest.mark.parametrize("answer", [None, [], "Anna", 5, {}, [{"name": "Anna"}]])
def test_an_answer_that_is_no_object_is_nobody(answer: Any) -> None:
    assert read(answer) is None


def test_of_a_flood_of_fields_some_come_and_none_is_long() -> None:
    found = read({f"f{n}": "x" * 10_000 for n in range(1000)})
    assert found is not None
    assert len(found.fields) == MOST_FIELDS
    assert {len(str(value)) for value in found.fields.values()} == {MOST_CHARACTERS}
    assert read({"name": "Anna", "blocked": "yes"}) == Found({"name": "Anna"}), "no truth, no block"


async def test_one_that_is_late_again_and_again_is_waited_for_no_more_until_it_is_in_time() -> None:
    asks, crm = lookup()
    crm.answer, crm.takes_s = {"name": "Anna"}, 2.0
    for _ in range(PATIENCE):
        assert asks.wait_s == 0.8
        assert await asks.find(ANNA) is not None, "late, but it counts"
    assert asks.wait_s == 0.0
    crm.takes_s = 0.1
    await asks.find(ANNA)
    assert asks.wait_s == 0.8
    crm.answer = OutsideError("away")
    for _ in range(PATIENCE):
        with pytest.raises(OutsideError, match="away"):
            await asks.find(ANNA)
    assert asks.wait_s == 0.0


async def test_one_that_says_nothing_is_waited_for_no_more_while_it_still_says_nothing() -> None:
    asks, crm = lookup()
    crm.answers.clear()
    asked = [asyncio.create_task(asks.find(ANNA)) for _ in range(PATIENCE)]
    await crm.all_asked(PATIENCE)
    assert asks.wait_s == 0.8, "it may still be in time"
    crm.clock.advance(0.81)
    assert asks.wait_s == 0.0
    crm.answers.set()
    await asyncio.gather(*asked)
    assert asks.wait_s == 0.0, "late ones are late"
    await asks.find(ANNA)
    assert asks.wait_s == 0.8


async def test_nobody_is_asked_and_nobody_waits_where_none_is_named() -> None:
    asks, crm = lookup(ask="")
    assert asks.wait_s == 0.0
    assert await asks.find(ANNA) is None
    assert crm.asked == []


KNOWN: list[tuple[Callable[[], Crm], Any, str, str | None]] = [
    (FakeBitrix24, BITRIX, "Anna Liepa", "alice"),
    (FakeZammad, {"id": 5, "firstname": "Anna", "lastname": "Liepa"}, "Anna Liepa", None),
    (FakeHubspot, {"firstname": "Anna", "hubspot_owner_id": "17"}, "Anna", "alice"),
    (FakeZendesk, {"name": "Anna", "locale": "lv-LV"}, "Anna", None),
    (FakeFreshdesk, {"name": "Anna", "language": "lv"}, "Anna", None),
    (FakeSalesforce, {"Name": "Anna", "OwnerId": "17"}, "Anna", "alice"),
    (FakeLiveAgent, {"firstname": "Anna"}, "Anna", None),
    (FakeOdoo, {"name": "Anna", "lang": "lv_LV", "user_id": [17, "Alice"]}, "Anna", "alice"),
]


@pytest.mark.parametrize(
    ("kind", "person", "name", "owner"), KNOWN, ids=[one[0].__name__ for one in KNOWN]
)
async def test_every_crm_that_can_be_asked_says_who_has_a_number(
    tmp_path: Path, kind: Callable[[], Crm], person: Any, name: str, owner: str | None
) -> None:
    async with CrmServer.start(kind()) as server:
        server.crm.people[ANNA] = person
        settings = configured(server, users={"alice": "17"})
        async with office(tmp_path, settings) as one:
            asks = Lookup(Options(ask="crm"), one.couriers, Crms(VirtualClock()), one.clock)
            found = await asks.find(ANNA)
            assert found is not None
            assert (found.fields["name"], found.owner) == (name, owner)
            assert await asks.find("+37129999999") is None
            assert server.crm.wrong == []
            await server.down()
            with pytest.raises(OutsideError):
                await asks.find(ANNA)


def test_what_is_known_changes_what_the_options_say_and_nothing_else() -> None:
    known = acquaintance.fields(Found({"vip": True, "language": "lv"}, "alice", blocked=True))
    plain = Options()
    assert acquaintance.place(known, plain, 5, NOTHING) == (5, NOTHING)
    assert acquaintance.language(known, plain) is None
    wished = Options(owner_first=True, vip_priority=20, speak=True)
    assert acquaintance.place(known, wished, 5, NOTHING) == (25, Ticket(agent="alice"))
    boris = Ticket(agent="boris")
    assert acquaintance.place(known, wished, 5, boris) == (25, boris), "the flow knows better"
    assert acquaintance.place({}, wished, 5, NOTHING) == (5, NOTHING)
    assert acquaintance.language(known, wished) == "lv"
    assert acquaintance.language({"language": "tlh"}, wished) is None
    assert acquaintance.refused(known, Phase.QUEUED, plain)
    assert not acquaintance.refused(known, Phase.TALKING, plain), "nobody is cut off"
    assert not acquaintance.refused(known, Phase.FLOW, Options(refuse_blocked=False))
    assert not acquaintance.refused({"blocked": "yes"}, Phase.FLOW, plain)


async def test_a_late_one_ends_some_time() -> None:
    class Silent(Crms):
        async def ask(self, request: Request) -> Any:
            await asyncio.Event().wait()

    clock = VirtualClock()
    asks = Lookup(Options(ask="crm", deadline_s=0.0, late_s=0.05), {}, Silent(clock), clock)
    with pytest.raises(OutsideError, match="no answer within"):
        await asks.find(ANNA)
