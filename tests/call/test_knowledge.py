"""What a flow can ask about its call."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from callserver.call.knowledge import Knowledge, e164
from callserver.config import Config
from callserver.ivr.variables import SYSTEM, Type
from callserver.model.agent import AgentState
from callserver.model.call import Arrival
from callserver.model.contacts import Contact
from callserver.model.errors import StoreError
from callserver.model.live import QueueView, WaitingView
from callserver.model.people import CallerPast

FRIDAY = 1_793_979_000.0  # 2026-11-06 15:30 UTC
ARRIVAL = Arrival("sip", "100", "20000012", "Jane", "trunk", None, "", FRIDAY)
WAITING = WaitingView("other", 1, FRIDAY, 5.0, 0, ())
QUEUE = QueueView("tech-support", "Tech", (WAITING,), {AgentState.READY: 2}, 90.0)


class Callers:
    def __init__(self, past: CallerPast | Exception | float) -> None:
        self.answer = past

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        assert (number, since, call) == ("20000012", FRIDAY - 86400, "c1")
        if isinstance(self.answer, float):
            await asyncio.sleep(self.answer)
        if isinstance(self.answer, CallerPast):
            return self.answer
        raise StoreError("away")

    async def contact(self, number: str) -> Contact | None:
        if not isinstance(self.answer, CallerPast):
            raise StoreError("away")
        return CONTACT if number in CONTACT.numbers else None


def knowledge(past: CallerPast | Exception | float = 0.0) -> Knowledge:
    config = Config.model_validate(
        {
            "outgoing": {"country": "LV"},
            "ivr": {"timezone": "Europe/Riga"},
            "hours": {"office": {"open": {"mon-fri": "08:00-18:00"}}},
        }
    )
    house = SimpleNamespace(
        config=config, callers=Callers(past), desk=SimpleNamespace(queues=lambda: [QUEUE])
    )
    call: Any = SimpleNamespace(
        id="c1", arrival=ARRIVAL, language="lv", house=house, now=lambda: FRIDAY
    )
    return Knowledge(call, "Support")


PAST = CallerPast(4, 1, "alice")
CONTACT = Contact(
    *("k1", FRIDAY, FRIDAY),
    name="Jane Doe",
    numbers=("+37120000012",),
    vip=True,
    fields={"tier": "gold"},
)
VALUES = {
    "caller.number": "+37120000012",
    "caller.name": "Jane",
    "caller.language": "lv",
    "caller.calls_24h": 4,
    "caller.open_callbacks": 1,
    "caller.last_agent": "alice",
    "caller.contact.tier": "gold",
    "call.id": "c1",
    "line.number": "100",
    "line.name": "Support",
    "queue.tech-support.length": 1,
    "queue.tech-support.estimate_s": 90.0,
    "queue.tech-support.agents_ready": 2,
    "hours.office.now": "open",
    "now.date": "2026-11-06",
    "now.time": "17:30",
    "now.weekday": "friday",
}


async def test_every_variable_of_the_table_has_its_value() -> None:
    known = knowledge(PAST)
    await known.fetch()
    assert {name: known.variable(name) for name in VALUES} == VALUES
    routed = ("vip", "blocked", "do_not_call", "name", "owner")
    assert [known.variable(f"caller.contact.{one}") for one in routed] == [
        *(True, False, False, "Jane Doe", None)
    ]
    examples = {"tech-support": "<name>", "office": "<name>", "tier": "<field>"}
    shapes = {
        ".".join(examples.get(part, part) for part in name.split(".")): value
        for name, value in VALUES.items()
    }
    assert shapes.keys() == {variable.name for variable in SYSTEM}
    types = {Type.TEXT: str, Type.NUMBER: (int, float), Type.ANY: object}
    for variable in SYSTEM:
        kind: Any = types[variable.type]
        assert isinstance(shapes[variable.name], kind)


@pytest.mark.parametrize("past", [StoreError("away"), 60.0])
async def test_store_that_is_away_or_slow_holds_no_call(past: Any) -> None:
    known = knowledge(past)
    async with asyncio.timeout(5.0):
        await known.fetch()
    assert known.variable("caller.calls_24h") == 0
    assert known.variable("caller.last_agent") is None
    assert known.variable("caller.contact.tier") is None
    assert await known.contact("+37120000012") is None


@pytest.mark.parametrize("number", ["+37120000012", "20000012", "0037120000012"])
async def test_contact_is_found_however_its_number_is_written(number: str) -> None:
    assert await knowledge(PAST).contact(number) == CONTACT.known()


@pytest.mark.parametrize("number", ["+37120000013", "anonymous", ""])
async def test_number_that_nobody_has_is_no_contact(number: str) -> None:
    assert await knowledge(PAST).contact(number) is None


@pytest.mark.parametrize(
    "name",
    [
        *("caller", "caller.age", "caller.number.x", "queue.gone.length", "queue.tech-support"),
        *("now.date.day", "a.b.c.d", "account", ""),
    ],
)
def test_what_is_not_known_is_nothing(name: str) -> None:
    assert knowledge().variable(name) is None


def test_secret_is_one_until_it_is_set_openly() -> None:
    known = knowledge()
    known.set({"pin": "1234"}, secret=True)
    assert known.is_secret("pin")
    assert known.variable("pin") == "1234"
    known.set({"pin": None}, secret=False)
    assert not known.is_secret("pin")


@pytest.mark.parametrize(
    ("number", "country", "there"),
    [
        ("+37120000012", "", "+37120000012"),
        ("0037120000012", "LV", "+37120000012"),
        ("20000012", "LV", "+37120000012"),
        ("100", "", "100"),
        ("anonymous", "LV", ""),
        ("", "", ""),
    ],
)
def test_number_is_e164_where_it_can_be_understood(number: str, country: str, there: str) -> None:
    assert e164(number, country) == there
