"""Calls that are turned away: their records, and what becomes of a flood of them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from callserver.app import App
from callserver.bus import Bus
from callserver.call.journal import Journal
from callserver.call.refusals import BURST, PER_S, Refusals
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model import facts as f
from callserver.model.call import Arrival, Reason
from callserver.model.ports import Refused
from callserver.testing.clock import VirtualClock

RIGA = "+37120000012"


def arrival(dialled: str = "999", *, agent: str | None = None, trunk: str = "provider") -> Arrival:
    return Arrival(
        sip_call_id="c1",
        dialled=dialled,
        number=RIGA,
        name="",
        trunk=None if agent else trunk,
        agent=agent,
        source="192.0.2.7:5060",
        at=0.0,
    )


class Desk:
    """Refusals, and what they leave behind."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.metrics = Metrics()
        self.facts: list[f.Fact] = []
        bus = Bus()
        bus.subscribe(self.facts.append)
        journal = Journal(_Nowhere(), bus, self.metrics, folder)  # type: ignore[arg-type]
        self.refusals = Refusals(journal, self.clock, self.metrics)

    def flood(self, count: int, per_s: float, **who: Any) -> int:
        """So many refusals; how many have a record."""
        recorded = 0
        for _ in range(count):
            recorded += self.refusals.note(arrival(**who), Reason.UNKNOWN_LINE)
            self.clock.advance(1 / per_s)
        return recorded

    def unrecorded(self) -> float:
        value = self.metrics.registry.get_sample_value(
            "callserver_calls_unrecorded_total", {"reason": "unknown_line"}
        )
        return value or 0.0


class _Nowhere:
    """A store nothing gets to: the journal is not started."""


def test_a_flood_of_refused_calls_leaves_so_many_records_and_the_rest_is_counted(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    recorded = desk.flood(20_000, per_s=1000)
    assert recorded == pytest.approx(BURST + 20 * PER_S, abs=2)
    assert desk.unrecorded() == 20_000 - recorded
    kinds = Counter(type(fact).__name__ for fact in desk.facts)
    assert kinds == {"CallOffered": recorded, "CallEnded": recorded}
    assert not desk.refusals._journal._records


def test_a_flood_over_one_trunk_costs_nobody_else_the_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.flood(1000, per_s=1000)
    assert desk.flood(50, per_s=1000, trunk="other") == 50
    assert desk.flood(50, per_s=1000, agent="anna") == 50


def test_people_who_are_turned_away_all_have_their_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.flood(1000, per_s=PER_S) == 1000
    assert desk.unrecorded() == 0


@pytest.fixture
def app(tmp_path: Path) -> App:
    config = {
        "server": {"data_dir": str(tmp_path)},
        "outgoing": {"allow": ["+371"]},
        "trunks": {"provider": {"addresses": ["127.0.0.2/32"]}},
    }
    return App(Config.model_validate(config))


@pytest.mark.parametrize(
    ("dialled", "code", "reason", "why"),
    [
        ("+19005550100", 403, Reason.NOT_ALLOWED, "not_allowed"),
        ("+37190000000", 403, Reason.NOT_ALLOWED, "premium"),
        ("boris", 403, Reason.NOT_ALLOWED, "no_number"),
        (RIGA, 404, Reason.UNKNOWN_LINE, None),
    ],
)
async def test_an_agent_who_dials_what_is_no_line_and_may_not_be_dialled_is_refused_and_counted(
    app: App, dialled: str, code: int, reason: Reason, why: str | None
) -> None:
    facts: list[f.Fact] = []
    app.bus.subscribe(facts.append)
    answer = await app.receive(arrival(dialled, agent="anna"))
    assert isinstance(answer, Refused)
    assert answer.code == code
    _, ended = facts
    assert isinstance(ended, f.CallEnded)
    assert ended.ending.reason is reason
    denied = app.metrics.dialling_denied.collect()
    counts = {
        sample.labels["why"]: sample.value
        for metric in denied
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    assert counts == ({why: 1.0} if why else {})


async def test_a_customer_who_dials_what_is_no_line_is_told_that_it_is_none(app: App) -> None:
    answer = await app.receive(arrival("+19005550100"))
    assert isinstance(answer, Refused)
    assert answer.code == 404
