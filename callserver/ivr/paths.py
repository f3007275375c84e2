"""Variables on their way through a flow (pure): which may be set where, of what type, and what is
done with them that cannot be."""

from collections.abc import Iterator, Mapping
from functools import partial

from callserver.ivr.flow import Flow
from callserver.ivr.needs import Need, Needed, World
from callserver.ivr.step import Step
from callserver.ivr.variables import Type, about, find, is_system, unknown

Known = Mapping[str, Type]


def variables(flow: Flow, world: World) -> Iterator[tuple[str, str]]:
    """(step, what is wrong with a variable in it)."""
    before = _known_before(flow)
    secrets = _secrets(flow)
    own = {name for one in flow.family() for step in one.steps.values() for name in step.sets()}
    for name, step in flow.steps.items():
        known = before.get(name, {})
        for used in _used(step):
            if is_system(used):
                what = _system(used, world)
            else:
                what = "" if used in known else unknown(used, own)
                if used in own and not (flow.is_whole and name in before):
                    continue  # its step is there, and the way from it is what is wrong
            if what:
                yield name, what
        for key, expression in step.expressions().items():
            _, problems = expression.check(partial(_type, known=known))
            yield from ((name, f"`{key}`: {problem}") for problem in problems)
        yield from ((name, what) for what in _betrayed(step, secrets))
        for subflow in _entered(flow, step):
            for taken in subflow.takes:
                if taken not in known and (flow.is_whole or taken not in own):
                    yield name, f"flow `{subflow.name}` takes `{taken}`: {unknown(taken, own)}"


def _betrayed(step: Step, secrets: set[str]) -> Iterator[str]:
    """Secrets that would not stay secret."""
    for said in dict.fromkeys(slot.name for text in step.texts() for slot in text.slots()):
        if said in secrets:
            yield f"`{said}` is a secret and cannot be said; take it out of the text"
    for read in dict.fromkeys(step.reads()):
        if read in secrets:
            yield f"`{read}` is a secret, and `{{{read}}}` would be written down"


def _used(step: Step) -> Iterator[str]:
    names = [*step.reads(), *(slot.name for text in step.texts() for slot in text.slots())]
    for expression in step.expressions().values():
        names += expression.names
    if step.kind == "set":  # one after the other: what the first sets, the second may read
        names = _in_order(step)
    yield from dict.fromkeys(names)


def _in_order(step: Step) -> list[str]:
    names, done = list[str](), set[str]()
    for key, expression in step.expressions().items():
        names += (name for name in expression.names if name not in done)
        done.add(key)
    return names


def _system(name: str, world: World) -> str:
    if find(name) is None:
        return unknown(name, ())
    thing = about(name)
    if thing is None:
        return ""
    return next(world.missing(Need(Needed(thing[0]), thing[1]), ()), "")


def _type(name: str, known: Known) -> Type:
    row = find(name) if is_system(name) else None
    return row.type if row is not None else known.get(name, Type.ANY)


def _known_before(flow: Flow) -> dict[str, Known]:
    """For each step that can be reached: the variables that may be set when a call enters it."""
    before: dict[str, dict[str, Type]] = {flow.start: dict.fromkeys(flow.takes, Type.ANY)}
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in flow.steps:
            continue
        step = flow.steps[name]
        after = dict(before[name])
        for subflow in _entered(flow, step):
            for one in subflow.family():
                for inner in one.steps.values():
                    after |= dict.fromkeys(inner.sets(), Type.ANY)
        after |= _set_by(step, before[name])
        for target in step.targets().values():
            merged = _merged(before.get(target), after)
            if target not in before or merged != before[target]:
                before[target] = merged
                waiting.append(target)
    return dict(before)


def _set_by(step: Step, known: Known) -> Known:
    if step.kind != "set":
        return step.sets()
    found: dict[str, Type] = {}
    for name, expression in step.expressions().items():
        found[name], _ = expression.check(partial(_type, known={**known, **found}))
    return found


def _merged(there: Known | None, coming: Known) -> dict[str, Type]:
    if there is None:
        return dict(coming)
    merged = {**there, **coming}
    for name in there.keys() & coming.keys():
        merged[name] = there[name] if there[name] is coming[name] else Type.ANY
    return merged


def _entered(flow: Flow, step: Step) -> list[Flow]:
    return [flow.subflows[need.name] for need in step.needs() if need.name in flow.subflows]


def _secrets(flow: Flow) -> set[str]:
    """Variables that are secret, and those reckoned from them."""
    steps = [step for one in flow.family() for step in one.steps.values()]
    found = {name for step in steps for name in step.secrets()}
    growing = True
    while growing:
        tainted = {
            key
            for step in steps
            if step.kind == "set"
            for key, expression in step.expressions().items()
            if found & set(expression.names)
        }
        growing = not tainted <= found
        found |= tainted
    return found
