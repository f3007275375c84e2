"""Short ways to play a talk in a test."""

from datetime import UTC, datetime
from textwrap import dedent

from callserver.ivr.flow import Flow
from callserver.ivr.nodes import KINDS
from callserver.ivr.read import read
from callserver.ivr.rehearsal.run import Played, play
from callserver.ivr.rehearsal.story import Moment, What
from callserver.ivr.rehearsal.talkfile import read_talks
from callserver.ivr.rehearsal.ways import Trail, marked

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def flow(text: str) -> Flow:
    """A flow whose keys have no mistakes; how its steps hang together is not checked."""
    reading = read(dedent(text), "test.yaml", "test", KINDS)
    assert not reading.mistakes, reading.mistakes
    assert reading.flow is not None
    return reading.flow


async def played(walked: Flow, lines: str, trail: Trail | None = None) -> Played:
    """What became of one talk; ``lines`` stand in it as in a file."""
    text = "talks:\n  talk:\n" + "".join(
        f"    {line}\n" for line in dedent(lines).strip().splitlines()
    )
    talks = read_talks(text, "test.talk.yaml", "test")
    assert not talks.problems, talks.problems
    return await play(talks.file, talks.talks[0], marked(walked), TUESDAY, trail or Trail())


def heard(one: Played) -> list[str]:
    return [moment.text for moment in one.story if moment.what is What.SAYS]


def last(one: Played) -> Moment:
    return one.story[-1]
