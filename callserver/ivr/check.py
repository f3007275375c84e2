"""What would go wrong in a flow that can be read: found before the first caller hears it."""

from collections.abc import Collection, Iterator

from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.needs import Needed, World
from callserver.ivr.paths import variables
from callserver.ivr.saying import unsayable
from callserver.ivr.template import Slot
from callserver.ivr.traps import traps
from callserver.ivr.words import hint
from callserver.model.flow import Spoken
from callserver.speech.phrases import LANGUAGES


def check(flow: Flow, world: World, *, is_subflow: bool = False) -> list[Mistake]:
    """All mistakes of a flow whose subflows are in it already, in the order of the file.

    ``is_subflow``: no line begins with it. Steps that have a line but could not be read exist, and
    nothing is said about where they lead, nor about what only seems wrong because of them.
    """
    languages = {*world.languages, *flow.languages()}
    mistakes = [*_targets(flow), *_needs(flow, world, languages), *_translations(flow, languages)]
    mistakes += _values(flow, world, languages)
    if flow.takes and not is_subflow:
        what = f"takes `{'`, `'.join(flow.takes)}`, so a line cannot begin with it; only `subflow`"
        mistakes.append(Mistake(flow.file, 0, "", what))
    for subflow in flow.family():
        if subflow is not flow:
            mistakes += _needs(subflow, world, languages)
            mistakes += _translations(subflow, languages)
            mistakes += _values(subflow, world, languages)
    mistakes += [_mistake(flow, step, what) for step, what in traps(flow)]
    if not is_subflow:
        mistakes += _dead_ends(flow)
    if flow.is_whole:
        mistakes += _unreachable(flow)
    mistakes += [_mistake(flow, step, what) for step, what in variables(flow, world)]
    return sorted(
        dict.fromkeys(mistakes), key=lambda mistake: (mistake.file != flow.file, mistake.line)
    )


def _mistake(flow: Flow, step: str, what: str) -> Mistake:
    return Mistake(flow.file, flow.lines.get(step, 0), step, what)


def _targets(flow: Flow) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for key, target in step.targets().items():
            if target in flow.lines:
                continue
            what = f"`{key}` leads to `{target}`, which is no step{hint(target, flow.lines)}"
            if not target:
                what = f"`{key}` is empty; name the step that follows, or take it out"
            line = flow.ways.get((name, key), flow.lines[name])
            yield Mistake(flow.file, line, name, what)


def _needs(flow: Flow, world: World, languages: Collection[str]) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for need in step.needs():
            if need.kind is Needed.FLOW and need.name in flow.subflows:
                continue
            for what in world.missing(need, languages):
                yield _mistake(flow, name, what)


def _translations(flow: Flow, languages: Collection[str]) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for text in step.texts():
            for language in text.missing(languages):
                yield _mistake(flow, name, f"a line speaks `{language}`; add a text for it")


def _values(flow: Flow, world: World, languages: Collection[str]) -> Iterator[Mistake]:
    """Values that cannot be said as a text wants it."""
    for name, step in flow.steps.items():
        told = set[Slot]()
        for text in step.texts():
            for language, slot in text.spoken_slots(sorted(languages) or LANGUAGES[:1]):
                if world.nouns is None and slot.how is Spoken.COUNT:
                    continue
                known = {} if world.nouns is None else world.nouns(language)
                what = unsayable(language, slot, known)
                if what and slot not in told:
                    told.add(slot)
                    yield _mistake(flow, name, what)


def _dead_ends(flow: Flow) -> Iterator[Mistake]:
    """Where something is found out for nobody, and the caller is cut off."""
    for name, step in flow.steps.items():
        if step.prepares and step.exits()["next"] is None:
            what = f"dead end: after this `{step.kind}` the call ends; name in `next` what follows"
            yield _mistake(flow, name, what)


def _unreachable(flow: Flow) -> Iterator[Mistake]:
    reached, waiting = set[str](), [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in flow.steps:
            reached.add(name)
            waiting.extend(flow.steps[name].targets().values())
    for name in flow.steps:
        if name not in reached:
            yield _mistake(flow, name, "nothing leads here; lead a step to it, or take it out")
