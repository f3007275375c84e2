"""When digests come, and about which days: in virtual time, over changes of the clock, once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from callserver.config import Config
from callserver.config.digest import Digest
from callserver.crm.digest import plan
from callserver.crm.digest.herald import Digests
from callserver.crm.digest.plan import Days
from callserver.model.digest import AgentStep, Beside, QueuedCall
from callserver.model.errors import StoreError, UnknownName
from callserver.model.hooks import HookEvent
from callserver.testing.clock import EPOCH, LoopClock, in_virtual_time
from callserver.testing.hooks import MemoryHooks

RIGA = ZoneInfo("Europe/Riga")
DAY_S = 86_400.0


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=RIGA).timestamp()


def local(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, RIGA):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "options", "due", "first", "last", "following"),
    [
        ("2026-11-23 07:29", {}, "Sun 2026-11-22 07:30", "11-21", "11-21", "Mon 2026-11-23 07:30"),
        ("2026-11-23 07:30", {}, "Mon 2026-11-23 07:30", "11-22", "11-22", "Tue 2026-11-24 07:30"),
        (
            *("2026-11-21 12:00", {"days": ["mon", "fri"]}),
            *("Fri 2026-11-20 07:30", "11-16", "11-19", "Mon 2026-11-23 07:30"),
        ),
        (
            *("2026-11-23 12:00", {"days": ["mon", "tue", "wed", "thu", "fri"]}),
            *("Mon 2026-11-23 07:30", "11-20", "11-22", "Tue 2026-11-24 07:30"),
        ),
        (
            *("2026-11-23 12:00", {"days": ["mon"], "period": "week"}),
            *("Mon 2026-11-23 07:30", "11-16", "11-22", "Mon 2026-11-30 07:30"),
        ),
        # The clock goes forward at 03:00 on 29 March and back at 04:00 on 25 October.
        (
            *("2026-03-29 12:00", {"at": "03:30"}),
            *("Sun 2026-03-29 04:30", "03-28", "03-28", "Mon 2026-03-30 03:30"),
        ),
        (
            *("2026-10-25 12:00", {"at": "03:30"}),
            *("Sun 2026-10-25 03:30", "10-24", "10-24", "Mon 2026-10-26 03:30"),
        ),
    ],
)
def test_it_is_due_at_its_hour_there(
    now: str, options: dict[str, object], due: str, first: str, last: str, following: str
) -> None:
    digest = Digest.model_validate({"to": ["a@example.com"], **options})
    found = plan.newest(digest, at(now), RIGA)
    assert (local(found.at), f"{found.days.first:%m-%d}", f"{found.days.last:%m-%d}") == (
        *(due, first, last),
    )
    assert local(plan.following(digest, at(now), RIGA)) == following


def test_a_day_goes_from_midnight_to_midnight_however_long_it_is() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        begin, end = Days(day, day).span(RIGA)
        assert (end - begin) / 3600 == hours
        assert local(begin).endswith(" 00:00")
    before = Days(date(2026, 3, 23), date(2026, 3, 29)).week_before()
    assert (str(before.first), str(before.last)) == ("2026-03-16", "2026-03-22")


def test_minutes_without_quotes_are_what_yaml_makes_of_them() -> None:
    assert Digest.model_validate({"to": ["a@example.com"], "at": 450}).at == "07:30"


class Memory:
    """A store in which nothing ever happened. ``down``: it cannot be read so often."""

    def __init__(self) -> None:
        self.told: list[tuple[float, HookEvent]] = []
        self.down = 0
        self.now = LoopClock().now

    async def queued(
        self, since: float, until: float, after: QueuedCall | None, limit: int
    ) -> Sequence[QueuedCall]:
        return ()

    async def passage(self, since: float, until: float) -> tuple[int, int]:
        return 0, 0

    async def steps(self, agent: str, passage: tuple[int, int]) -> Sequence[AgentStep]:
        return ()

    async def beside(self, since: float, until: float) -> Beside:
        return Beside()

    async def dead(self) -> int:
        return 0

    async def is_told(self, id_: str) -> bool:
        if self.down:
            self.down -= 1
            raise StoreError("away")
        return id_ in {event.id for _, event in self.told}

    async def tell(self, event: HookEvent) -> None:
        self.told.append((self.now(), event))

    async def agents(self) -> Sequence[str]:
        return ()


def office(store: Memory, hooks: MemoryHooks, **digests: Mapping[str, object]) -> Digests:
    mail = {"host": "mail.example", "sender": "a@example.com", "digests": digests}
    config = Config.model_validate(
        {
            "mail": mail,
            "queues": {"support": {}},
            "hours": {"office": {"open": {"mon-fri": "08:00-17:00"}, "timezone": "Europe/Riga"}},
            "outgoing": {"timezone": "America/New_York"},
        }
    )
    return Digests(config, store, hooks, LoopClock())


MORNING: Mapping[str, object] = {
    "to": ["a@example.com", "b@example.com"],
    "hours": "office",
    "at": "08:00",
}


def when(told: list[tuple[float, HookEvent]], zone: ZoneInfo = RIGA) -> list[str]:
    return [
        f"{datetime.fromtimestamp(moment, UTC).astimezone(zone):%d %H:%M}" for moment, _ in told
    ]


@in_virtual_time
async def test_each_comes_at_its_hour_and_not_for_the_time_before_it_was_asked_for() -> None:
    store, hooks = Memory(), MemoryHooks()
    lead = {"to": ["c@example.com"], "days": ["tue"], "period": "week"}
    digests = office(store, hooks, morning=MORNING, lead=lead)
    assert f"{datetime.fromtimestamp(EPOCH, RIGA):%a %Y-%m-%d %H:%M}" == "Fri 2027-01-15 10:00"
    await digests.enlist()
    running = asyncio.create_task(digests.run())
    await asyncio.sleep(5 * DAY_S)
    running.cancel()
    of_morning = [one for one in store.told if one[1].key == "digest-morning"]
    assert when(of_morning) == ["16 08:00", "17 08:00", "18 08:00", "19 08:00", "20 08:00"]
    of_lead = [one for one in store.told if one[1].key == "digest-lead"]
    assert when(of_lead, ZoneInfo("America/New_York")) == ["19 07:30"]
    assert '"first":"2027-01-12","last":"2027-01-18"' in of_lead[0][1].body
    assert len({event.id for _, event in store.told}) == 6


@in_virtual_time
async def test_after_days_away_the_newest_comes_late_and_alone() -> None:
    store, hooks = Memory(), MemoryHooks()
    await office(store, hooks, morning=MORNING).enlist()
    await asyncio.sleep(4 * DAY_S)  # nobody runs
    store.down = 2
    for _ in range(2):
        again = office(store, hooks, morning=MORNING)
        await again.enlist()
        running = asyncio.create_task(again.run())
        await asyncio.sleep(3600)
        running.cancel()
    ((_, event),) = store.told
    assert '"last":"2027-01-18"' in event.body
    assert '"due":"2027-01-19 08:00"' in event.body


@in_virtual_time
async def test_who_gets_it_stands_in_the_configuration_and_stopped_by_hand_it_stays() -> None:
    hooks = MemoryHooks()
    await office(Memory(), hooks, morning=MORNING).enlist()
    first, second = await hooks.subscriptions()
    assert {first.url, second.url} == {"mailto:a@example.com", "mailto:b@example.com"}
    assert {first.digest, first.language} == {"morning", "en"}
    await hooks.hold(first.id, stopped="stopped by hand")
    await office(Memory(), hooks, morning=MORNING).enlist()
    assert (await hooks.subscriptions())[0].stopped == "stopped by hand"
    await office(Memory(), hooks).enlist()
    assert await hooks.subscriptions() == []
    with pytest.raises(UnknownName, match="there are: morning"):
        office(Memory(), hooks, morning=MORNING).days("evening", None)
