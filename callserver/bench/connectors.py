"""``callserver bench connectors``: thousands of calls are told to a fake CRM that fails in every
way, by a controller that is killed again and again. It must hold each call once, whole, in order.

As in ``hooks``, from the spool on everything is the real server, its database, its connector and
its HTTP.
"""

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callserver.bench import running
from callserver.bench.deaths import deaths
from callserver.bench.hooks import OPTIONS, settled
from callserver.bench.running import Say
from callserver.model.errors import UnknownName
from callserver.testing.crms import CRMS, FAULTS, Crm, CrmServer
from callserver.testing.faulty import Manner
from callserver.testing.rig import Rig, eventually

BAD_SHARE = 0.1
HOOK = "connector-crm"
PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. ``downs`` are lives of the controller in which the CRM was away at first;
    ``held`` calls are there, ``good_ones`` of them whole and in order, ``twice`` more than once;
    ``wrong`` are requests that the real CRM would not have taken."""

    kind: str
    calls: int
    kills: int
    downs: int
    requests: int
    held: int
    good_ones: int
    twice: int
    wrong: int
    dead: int
    seconds: float

    @property
    def good(self) -> bool:
        """Each call there, once, whole, in order."""
        there = (self.held, self.good_ones) == (self.calls, self.calls)
        return there and (self.twice, self.wrong, self.dead) == (0, 0, 0)


def run(kind: str, calls: int, kills: int, seed: int, *, as_json: bool) -> int:
    """Tell a CRM of this kind (`all`: each of them) of ``calls`` calls."""
    kinds = [one for one in CRMS if kind in ("all", one.kind)]
    if not kinds:
        there = ", ".join(one.kind for one in CRMS)
        raise UnknownName(f"no connector of kind {kind!r}; there are: {there}")

    def of(one: type[Crm]) -> int:
        return running.run(
            lambda folder, say: tell(folder, one, calls, kills, seed, say), as_json=as_json
        )

    return max(list(map(of, kinds)))


async def tell(
    folder: Path, kind: type[Crm], calls: int, kills: int, seed: int, say: Say
) -> Report:
    """The whole run. The CRM is away (nobody listens) in every fourth life."""
    dice = random.Random(seed)  # noqa: S311 - the same failures every time

    def plan(_: int) -> Manner:
        return dice.choice(FAULTS) if dice.random() < BAD_SHARE else Manner.TAKES

    ids = [f"call{n:06}" for n in range(calls)]
    downs, each = 0, 5 * calls // (kills + 1)
    async with CrmServer.start(kind(), plan) as server:
        server.crm.patient()
        crm = {
            **server.crm.options(server.url),
            **{"link": "https://calls.example.com", "default_user": "1", "per_s": 1000.0},
            "timeout_s": 0.5,
        }
        settings: dict[str, Any] = {"webhooks": OPTIONS, "connectors": {"crm": crm}}
        async with await Rig.start(folder / "server", settings=settings) as rig:
            for id_ in ids:
                (rig.recordings / f"{id_}.wav").write_bytes(b"RIFF")
            began = time.monotonic()
            async for life in deaths(rig, server, ids, kills, dice):
                downs += life.away
                await _some_of_it(rig, server, life.requests + dice.randint(1, max(2, each)))
                held = len(server.crm.records)
                say(f"life {life.number}: {held} held, {server.requests} requests")
            backlog = await settled(rig, HOOK, PATIENCE_S)
            took_s = time.monotonic() - began
        stories = server.crm.stories()
        whole = list(server.crm.complete)
        return Report(
            kind=kind.kind,
            calls=calls,
            kills=kills,
            downs=downs,
            requests=server.requests,
            held=len(stories.keys() & set(ids)),
            good_ones=sum(stories.get(id_) == whole for id_ in ids),
            twice=len(server.crm.twice()),
            wrong=len(server.crm.wrong),
            dead=backlog["dead"],
            seconds=round(took_s, 1),
        )


async def _some_of_it(rig: Rig, server: CrmServer, some: int) -> None:
    """Until so many requests have come, or all is told already."""

    async def told() -> bool:
        if server.requests >= some:
            return True
        found: dict[str, Any] = await rig.api.get(f"/api/v1/webhooks/{HOOK}")
        return bool(found["pending"] == 0)

    await eventually(told, bool, within=PATIENCE_S)
