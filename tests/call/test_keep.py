"""Keeping a fact for certain: what comes back is in the file, or the disk has refused it."""

import asyncio
import errno
from collections.abc import Sequence

import pytest

from callserver.call.line import Noted
from callserver.call.spool import Spool
from callserver.model.facts import CallAnswered
from tests.call.test_journal import Desk, desk

__all__ = ["desk"]

WAIT_S = 10


async def test_a_fact_that_is_kept_outlives_a_controller_killed_in_that_moment(desk: Desk) -> None:
    journal = await desk.begin()
    desk.store.error = "locked"
    for number in range(20):
        await asyncio.wait_for(journal.keep(CallAnswered(f"c{number}", 1.0)), WAIT_S)
        assert not journal._spooler.waiting
    await desk.die()
    desk.store.error = ""
    desk.another()
    await desk.begin()
    await desk.flushed()
    assert [fact.at for fact in desk.store.facts] == [1.0] * 20
    await desk.journal.stop()


async def test_who_keeps_a_fact_is_not_held_up_by_a_disk_that_refuses(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Spool.write

    def refuse(spool: Spool, batch: Sequence[Noted]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = await desk.begin()
    desk.store.error = "locked"
    monkeypatch.setattr(Spool, "write", refuse)
    fact = CallAnswered("c1", 1.0)
    await asyncio.wait_for(journal.keep(fact), WAIT_S)
    await asyncio.wait_for(journal.keep(fact), WAIT_S)
    assert "No space left" in journal.trouble
    monkeypatch.setattr(Spool, "write", write)
    desk.store.error = ""
    await desk.flushed()
    assert desk.store.facts == [fact, fact]
    await journal.stop()


async def test_keepers_do_not_wait_for_facts_that_come_later(desk: Desk) -> None:
    journal = await desk.begin()
    keepers = [asyncio.create_task(journal.keep(CallAnswered("c", float(n)))) for n in range(50)]
    await asyncio.wait_for(asyncio.gather(*keepers), WAIT_S)
    await desk.flushed()
    assert [fact.at for fact in desk.store.facts] == [float(n) for n in range(50)]
    await journal.stop()
