"""A year of calls and contacts, made from a seed and written in bulk, for benches of the store."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from callserver.bench.running import Say
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Leg, LegStats, Phase, Reason, Result
from callserver.model.contacts import Channel, Contact
from callserver.model.events import LegEnd
from callserver.model.facts import Fact
from callserver.model.record import CallRecord, LegRecord, RecordingRecord
from callserver.store import SqlStore

YEAR_S: Final = 365 * 86_400.0
BATCH: Final = 2000
AGENTS: Final = 200
QUEUES: Final = ("support", "sales", "billing", "service")
LINES: Final = tuple(str(100 + n) for n in range(20))
WORDS: Final = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "garnet", "harbor", "indigo"),
    *("juniper", "kestrel", "lumen", "maple", "north", "onyx", "pearl", "quartz", "river"),
)
ANSWERED_SHARE: Final = 0.8

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ENDED: Final = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)
_GAVE_UP: Final = Ending(Result.ABANDONED, Reason.CUSTOMER_HUNG_UP)
_STATS: Final = LegStats("PCMU", 3000, 2, 1.2, 3000, 1, 1.4, 22.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; ``until`` is the time of the last call."""

    calls: int
    contacts: int
    seed: int
    until: float


def call_id(size: Size, n: int) -> str:
    """The n-th call, as :func:`callserver.model.ids.new_id` would have named it then."""
    return _base32(int(_at(size, n) * 1000), 9) + _base32(n, 9)


def number_of(n: int) -> str:
    """The number of the n-th contact."""
    return f"+3712{n:07}"


def agent_of(n: int) -> str:
    """One of the agents."""
    return f"clerk{n % AGENTS:03}"


def _base32(value: int, width: int) -> str:
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(width)))


def _at(size: Size, n: int) -> float:
    return size.until - YEAR_S * (size.calls - n) / size.calls


async def fill(store: SqlStore, size: Size, say: Say) -> None:
    """Write it all into an open store."""
    dice = random.Random(size.seed)  # noqa: S311 - the same year every time
    for start in range(0, size.contacts, BATCH):
        end = min(start + BATCH, size.contacts)
        people = [_contact(size, n, dice) for n in range(start, end)]
        await store.customers.save_many([], people, "bench")
    say(f"{size.contacts} contacts are there")
    for start in range(0, size.calls, BATCH):
        made = [_call(size, n, dice) for n in range(start, min(start + BATCH, size.calls))]
        facts = [fact for record in made for fact in _facts(record)]
        await store.append(facts, {record.id: record for record in made})
        if start and start % 100_000 == 0:
            say(f"{start} calls are there")


def _contact(size: Size, n: int, dice: random.Random) -> Contact:
    at = size.until - YEAR_S + n
    first, last = dice.choice(WORDS).title(), f"{dice.choice(WORDS).title()}{n % 997}"
    return Contact(
        id=_base32(int(at * 1000), 9) + _base32(n, 9),
        created_at=at,
        updated_at=at,
        name=f"{first} {last}",
        numbers=(number_of(n),),
        channels=(Channel("mail", f"{first}.{last}.{n}@mail.example".lower()),),
        external=(f"crm:{n}",),
        language=dice.choice(("en", "ru", "uk", "lv")),
        owner=agent_of(dice.randrange(AGENTS)),
        vip=dice.random() < 0.02,
        tags=(dice.choice(WORDS),),
        fields={"tier": dice.choice(("gold", "silver", "none"))},
    )


def _call(size: Size, n: int, dice: random.Random) -> CallRecord:
    id_, at = call_id(size, n), _at(size, n)
    waited, talked = dice.expovariate(1 / 40), dice.expovariate(1 / 180)
    answered = dice.random() < ANSWERED_SHARE
    agent = agent_of(dice.randrange(AGENTS)) if answered else None
    ended = at + 5 + waited + (talked if answered else 0.0)
    legs = [LegRecord(Leg.CUSTOMER, None, LegEnd.HUNG_UP, 200, ended, _STATS)]
    recording = None
    if answered:
        legs.append(LegRecord(Leg.AGENT, agent, LegEnd.HUNG_UP, 200, ended, _STATS))
        path = f"{id_}.wav"
        digest = f"{n:064x}"
        begun = at + 5 + waited
        recording = RecordingRecord(
            f"r{id_}"[:18], id_, path, digest, talked, 8000, 1, begun, False
        )
    return CallRecord(
        id=id_,
        direction=Direction.INBOUND,
        phase=Phase.ENDED,
        line=dice.choice(LINES),
        number=number_of(dice.randrange(max(size.contacts, 1))),
        name="",
        trunk="provider",
        sip_call_id=f"{id_}@192.0.2.1",
        worker=f"w{id_}",
        offered_at=at,
        answered_at=at + 0.1,
        queue=dice.choice(QUEUES),
        queued_at=at + 5,
        agent=agent,
        talking_at=at + 5 + waited if answered else None,
        ended_at=ended,
        ending=_ENDED if answered else _GAVE_UP,
        flow="support",
        flow_version="b1946ac9",
        waited_s=waited,
        talked_s=talked if answered else 0.0,
        legs=tuple(legs),
        recording=recording,
    )


def _facts(record: CallRecord) -> Iterator[Fact]:
    id_, at, queue = record.id, record.offered_at, record.queue or ""
    yield f.CallOffered(
        *(id_, at, record.direction, record.line, record.number, "", record.trunk),
        *(record.sip_call_id, record.worker),
    )
    yield f.CallAnswered(id_, at + 0.1)
    yield f.QueueJoined(id_, at + 5, queue, 0, at + 5)
    if record.agent is not None:
        yield f.AgentAnswered(id_, at + 5 + record.waited_s, record.agent)
    yield f.CallEnded(id_, record.ended_at or at, record.ending or _GAVE_UP)
