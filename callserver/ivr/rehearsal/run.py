"""Plays talks, and counts what they went through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from callserver.ivr.flow import Flow
from callserver.ivr.interpreter import run
from callserver.ivr.needs import Nouns, no_nouns
from callserver.ivr.rehearsal.call import Over, PretendedCall
from callserver.ivr.rehearsal.knowledge import moment_of
from callserver.ivr.rehearsal.outcomes import given, pretending
from callserver.ivr.rehearsal.script import Deviation, Failure, ScriptedCaller
from callserver.ivr.rehearsal.story import Given, Moment
from callserver.ivr.rehearsal.talks import Talk
from callserver.ivr.rehearsal.voices import TextPrompts
from callserver.ivr.rehearsal.ways import Exit, Trail, exits
from callserver.model.errors import FlowError


@dataclass(frozen=True, slots=True)
class Played:
    """A talk that was played; ``failure`` None: it went as it stands there."""

    file: str
    talk: Talk
    story: tuple[Moment, ...]
    failure: Failure | None


async def play(
    file: str, talk: Talk, flow: Flow, today: datetime, trail: Trail, nouns: Nouns = no_nouns
) -> Played:
    """Play one talk. ``flow`` is marked (``ways.marked``); talks that do not say when they take
    place do so at ``today``."""
    trail.begin()
    caller = ScriptedCaller(talk.lines, lambda: call.variables)
    failure: Failure | None = None
    try:
        at = moment_of(talk.start.at, today) if talk.start.at else today
        begin = Given(at, talk.start.language or "en", talk.start.known)
        call = PretendedCall(begin, caller, trail)
        try:
            outcomes = talk.start.outcomes
            await run(pretending(flow, given(outcomes), outcomes), call, TextPrompts(nouns))
        except Over:
            caller.finish()
    except Deviation as deviation:
        failure = deviation.failure
    except FlowError as error:
        failure = Failure(talk.number, talk.title, str(error))
    return Played(file, talk, tuple(caller.story), failure)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a flow the talks went through; ``missed`` are its exits that none took, and
    ``line`` where each of their steps stands."""

    flow: str
    file: str
    taken: int
    missed: tuple[tuple[int, Exit], ...]

    @property
    def percent(self) -> float:
        total = self.taken + len(self.missed)
        return 100.0 * self.taken / total if total else 100.0


def coverage(flows: Sequence[Flow], trail: Trail) -> Iterator[Coverage]:
    """For each of the flows, in their order."""
    for flow in flows:
        all_exits = list(exits(flow))
        missed = [one for one in all_exits if one not in trail.exits]
        yield Coverage(
            flow.name,
            flow.file,
            len(all_exits) - len(missed),
            tuple((flow.lines.get(one.step, 0), one) for one in missed),
        )
