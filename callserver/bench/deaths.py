"""Calls are told of by a controller that is killed again and again, to somebody who is away now and
then.

The calls come as facts in spools that a controller before left behind, so no telephone is needed:
from the spool on everything is the real server, its database and its HTTP.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from callserver.call.line import Noted
from callserver.call.spool import Spool
from callserver.model.ids import new_id
from callserver.testing.faulty import Faulty
from callserver.testing.rig import Rig
from callserver.testing.story import a_call

AWAY_EVERY = 4


@dataclass(frozen=True, slots=True)
class Life:
    """A controller is there, and will be killed. ``told`` calls were left behind so far;
    ``requests`` had come before it was there; ``away``: the listener came later."""

    number: int
    told: int
    requests: int
    away: bool


async def deaths(
    rig: Rig, listener: Faulty, ids: Sequence[str], kills: int, dice: Random
) -> AsyncIterator[Life]:
    """The lives that end so, from 1; in every fourth the listener comes after the controller.
    Afterwards one more begins, all calls have been told of, and nobody is away."""
    lives, told = kills + 1, 0
    for life in range(lives):
        await rig.kill()
        some = ids[life::lives]
        _leave_behind(rig.folder / "var" / "spool", some)
        told, before = told + len(some), listener.requests
        away = life % AWAY_EVERY == AWAY_EVERY - 1 and life < kills
        if away:
            await listener.down()
        await rig.run()
        if away:
            await asyncio.sleep(dice.uniform(0.2, 1.0))
            await listener.up()
        if life < kills:
            yield Life(life + 1, told, before, away)


def _leave_behind(folder: Path, ids: Sequence[str]) -> None:
    """The spool of a controller that died when these calls were over."""
    spool = Spool(folder / new_id())
    now = time.time() - 100.0
    facts = (fact for n, id_ in enumerate(ids) for fact in a_call(id_, now + n / 100))
    spool.write([Noted(number, fact) for number, fact in enumerate(facts, 1)])
    spool.close()
