"""What people do to the queues by hand, and the hours that open and close them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callserver.call.restore import place
from callserver.config import Config
from callserver.model import facts as f
from callserver.model import queue_facts as q
from callserver.model.agent import AgentState
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.events import LegEnd
from callserver.model.live import QueueView, Waits
from callserver.model.ticket import Ticket
from tests.acd.test_router import Caller, House, StoppedClock, started


@pytest.fixture
def house() -> House:
    return House(StoppedClock())


def support(house: House) -> QueueView:
    return next(view for view in house.router.queues() if view.name == "support")


def order(house: House) -> list[str]:
    return [view.call for view in support(house).waiting]


def test_callers_are_reordered_and_every_change_is_a_fact(house: House) -> None:
    for call in ("c1", "c2", "c3"):
        house.join(call, Caller())
    house.router.hands.place("c3", 1)
    assert order(house) == ["c3", "c1", "c2"]
    house.router.hands.set_priority("c2", 9)
    assert order(house) == ["c2", "c3", "c1"]
    facts = [fact for fact in house.facts if isinstance(fact, q.PlaceChanged | q.PriorityChanged)]
    assert [(type(fact).__name__, fact.call, fact.queue) for fact in facts] == [
        ("PlaceChanged", "c3", "support"),
        ("PriorityChanged", "c2", "support"),
    ]


def test_an_order_made_by_hand_outlives_a_restart(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, StoppedClock)
    facts: dict[str, list[f.Fact]] = {}
    for call in ("c1", "c2", "c3"):
        clock.time += 1
        house.join(call, Caller())
        joined = f.QueueJoined(call, clock.time, "support", 0, clock.time)
        facts[call] = [joined]
    house.router.hands.place("c3", 1)
    house.router.hands.place("c1", 3)
    for fact in house.facts:
        if isinstance(fact, q.PlaceChanged):
            facts[fact.call].append(fact)
    again = House(clock)
    for call in ("c1", "c2", "c3"):
        was = place(facts[call])
        entered_at = was.entered_at or 0.0
        here = (was.priority, entered_at, was.rung, was.ticket, was.by_hand)
        again.router.rejoin(call, "support", Caller(), *here)
    assert order(again) == order(house) == ["c3", "c2", "c1"]


def test_an_agent_is_given_a_caller_out_of_turn(house: House) -> None:
    house.staff("anna", "bela")
    house.router.set_agent_state("bela", AgentState.PAUSED, "lunch")
    first = house.join("c1", Caller())
    assert first.told == ["ring anna"]
    house.router.hands.pick("c1", "bela")
    assert first.told[-2:] == ["hush anna", "ring bela"]
    picked = [fact for fact in house.facts if isinstance(fact, q.CallerPicked)]
    assert [(fact.call, fact.agent) for fact in picked][-1] == ("c1", "bela")


def test_a_caller_is_sent_to_another_queue(house: House) -> None:
    caller = house.join("c1", Caller())
    with pytest.raises(NotAllowed):
        house.router.hands.send("c1", "support")
    with pytest.raises(UnknownName):
        house.router.hands.send("c1", "nowhere")
    house.router.hands.send("c1", "sales")
    assert caller.told[-1] == "go to sales"
    assert isinstance(house.facts[-1], q.CallerMoved)


def test_who_does_not_wait_cannot_be_steered(house: House) -> None:
    hands = house.router.hands
    with pytest.raises(UnknownName):
        hands.pick("c1", "anna")
    with pytest.raises(UnknownName):
        hands.place("c1", 1)
    with pytest.raises(UnknownName):
        hands.set_priority("c1", 1)
    with pytest.raises(UnknownName):
        hands.send("c1", "sales")


def test_a_wrap_up_is_made_longer_up_to_what_is_allowed(house: House) -> None:
    house.staff("anna")
    house.join("c1", Caller())
    house.router.agent_answered("c1", "anna")
    with pytest.raises(NotAllowed, match="only a wrap-up"):
        house.router.hands.more_wrap_up("anna", 30)
    house.router.agent_finished("c1", "anna")
    house.router.hands.more_wrap_up("anna", 30)
    changed = [fact for fact in house.facts if isinstance(fact, f.AgentChanged)][-1]
    assert changed.until == house.clock.now() + 40
    with pytest.raises(NotAllowed, match="at most"):
        house.router.hands.more_wrap_up("anna", 3000)


def test_the_view_tells_why_nobody_is_rung(house: House) -> None:
    def why(call: str) -> Waits | None:
        return next(view.why for view in support(house).waiting if view.call == call)

    house.join("c1", Caller())
    assert why("c1") is Waits.NOBODY_SIGNED_IN
    house.staff("anna")
    assert (why("c1"), support(house).waiting[0].ringing) == (None, ("anna",))
    house.join("c2", Caller())
    assert why("c2") is Waits.ALL_BUSY
    house.router.set_agent_state("anna", AgentState.PAUSED, "lunch")
    house.router.agent_missed("c1", "anna", LegEnd.NO_ANSWER)
    assert why("c1") is why("c2") is Waits.ALL_PAUSED
    house.router.join("c3", "support", Caller(), 0, 0.0, Ticket({"french": 3}))
    assert why("c3") is Waits.NOBODY_FITS
    assert support(house).estimate_s is None


HOURS = Config.model_validate(
    {
        "hours": {"office": {"open": {"mon-fri": "09:00-17:00"}}},
        "queues": {
            "support": {"hours": "office", "at_closing": "overflow", "overflow": ["voicemail"]},
            "sales": {"hours": "office"},
        },
    }
)
FRIDAY = datetime(2026, 11, 20, 16, 59, 30, tzinfo=UTC).timestamp()


async def test_at_closing_time_those_inside_are_sent_on_or_served() -> None:
    clock = StoppedClock()
    clock.time = FRIDAY
    house = House(clock)
    house.open(clock, HOURS)
    inside, served = Caller(), Caller()
    async with started(house):
        house.join("c1", inside)
        house.join("c2", served, "sales")
        clock.time += 31
        house.router.hands.look_at_hours()
        assert inside.told[-1] == "closed voicemail"
        assert not any("closed" in told for told in served.told)
        late = house.join("c3", Caller(), "sales")
        assert late.told == ["closed "]
        closed = [fact for fact in house.facts if isinstance(fact, q.QueueClosed)]
        assert {(fact.queue, fact.by_hand) for fact in closed} == {
            ("support", False),
            ("sales", False),
        }


def test_what_somebody_said_outweighs_the_hours_until_they_take_it_back(house: House) -> None:
    clock = StoppedClock()
    clock.time = FRIDAY
    house.open(clock, HOURS)
    hands = house.router.hands
    hands.close("support", True)
    hands.look_at_hours()
    assert support(house).closed
    assert replace(support(house), waiting=()).closed
    hands.close("support", None)
    assert not support(house).closed
    clock.time += 3600
    hands.close("support", False)
    hands.look_at_hours()
    assert not support(house).closed
    told = [type(fact) for fact in house.facts if getattr(fact, "queue", "") == "support"]
    assert told == [q.QueueClosed, q.QueueOpened]


def test_hours_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match=r"queues\.support\.hours: there are no hours 'night'"):
        Config.model_validate({"queues": {"support": {"hours": "night"}}})


def test_what_agents_did_today_counts_after_a_restart_and_not_the_next_day() -> None:
    config = Config.model_validate(
        {"ivr": {"timezone": "Europe/Riga"}, "queues": {"support": {"strategy": "fewest_calls"}}}
    )
    clock = StoppedClock()
    clock.time = FRIDAY  # 18:59:30 in Riga
    house = House(clock)
    house.open(clock, config)
    midnight = datetime(2026, 11, 19, 22, tzinfo=UTC).timestamp()
    assert house.router.today == midnight
    house.staff("anna", "bela", queues=("support",))
    house.router.count_talks({"anna": (3, 200.0), "bela": (1, 400.0), "gone": (1, 1.0)})
    assert house.join("c1", Caller()).told == ["ring bela"]
    house.router.leave("c1")
    clock.time += 6 * 3600
    house.router.look_at_the_clock()
    assert house.router.today == midnight + 86400
    assert house.join("c2", Caller()).told == ["ring anna"]
