"""``flow test``: finds the talks and their flows, plays them and sums up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from callserver.cli.flow_files import Shelf, home, talked_about
from callserver.ivr.flow import Flow
from callserver.ivr.rehearsal.run import Coverage, Played, coverage, play
from callserver.ivr.rehearsal.talkfile import read_talks
from callserver.ivr.rehearsal.talks import Problem, TalkFile
from callserver.ivr.rehearsal.ways import Trail, marked

WORKDAY = datetime(2026, 3, 3, 10, 0)
"""When talks take place that do not say so: a Tuesday morning."""


@dataclass(slots=True)
class Result:
    """What playing all the talks came to. ``flows`` are those that were to be covered."""

    problems: list[Problem] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    covered: list[Coverage] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)


async def play_all(shelf: Shelf, paths: Sequence[Path]) -> Result:
    """Play the talks that go with these paths."""
    result, trail = Result(), Trail()
    today = WORKDAY.replace(tzinfo=shelf.zone)
    flows: dict[Path, Flow | None] = {}
    for path in shelf.flows(paths):
        _open(shelf, path, flows, result)
    for path in shelf.talks(paths):
        talks = _read(path, result)
        file = home(path) / f"{talks.flow}.yaml"
        if not file.is_file():
            result.problems.append(Problem(str(path), 0, f"no flow `{talks.flow}` in {home(path)}"))
            continue
        flow = _open(shelf, file, flows, result)
        if flow is None or talks.problems:
            continue
        walked = marked(flow)
        for talk in talks.talks:
            played = await play(str(path), talk, walked, today, trail, shelf.nouns)
            result.played.append(played)
    result.flows = [flow for flow in flows.values() if flow is not None]
    result.covered = list(coverage(result.flows, trail))
    return result


def _open(shelf: Shelf, path: Path, flows: dict[Path, Flow | None], result: Result) -> Flow | None:
    if path not in flows:
        examined = shelf.examine(path)
        flows[path] = examined.flow
        result.problems += [
            Problem(wrong.file, wrong.line, f"step `{wrong.step}`: {wrong.what}")
            for wrong in examined.mistakes
        ]
    return flows[path]


def _read(path: Path, result: Result) -> TalkFile:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        trouble = Problem(str(path), 0, f"cannot be read: {error}")
        result.problems.append(trouble)
        return TalkFile(str(path), talked_about(path), (), (trouble,))
    talks = read_talks(text, str(path), talked_about(path))
    result.problems += talks.problems
    return talks
