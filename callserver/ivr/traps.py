"""Rings of steps that a caller who presses nothing never leaves (pure)."""

from collections.abc import Iterator

from callserver.ivr.flow import Flow


def traps(flow: Flow) -> Iterator[tuple[str, str]]:
    """(step where the ring is entered, what is wrong)."""
    free = {name for name in flow.steps if _lets_go(flow, name)}
    growing = True
    while growing:
        found = {
            name
            for name, step in flow.steps.items()
            if any(exit_ not in flow.steps or exit_ in free for exit_ in step.unattended())
        }
        growing = not found <= free
        free |= found
    told = set[frozenset[str]]()
    for name in flow.steps:
        if name in free:
            continue
        ring = _ring(flow, name)
        if ring[0] != name or frozenset(ring) in told:
            continue
        told.add(frozenset(ring))
        way = " → ".join(f"`{step}`" for step in (*ring, ring[0]))
        if any(flow.steps[step].waits for step in ring):
            yield (
                name,
                f"menu without way out: a caller who presses nothing goes round for ever ({way}); "
                "let `otherwise` lead to a queue or to the end",
            )
        else:
            yield name, f"loop without wait: {way}; lead one of them elsewhere"


def _lets_go(flow: Flow, name: str) -> bool:
    """Whether callers may meet an agent in the step, or in a subflow it goes through, or the call
    may end in that subflow."""
    step = flow.steps[name]
    if step.meets_agent:
        return True
    subflows = [flow.subflows[need.name] for need in step.needs() if need.name in flow.subflows]
    return any(
        inner.meets_agent or inner.kind == "hangup"
        for subflow in subflows
        for one in subflow.family()
        for inner in one.steps.values()
    )


def _ring(flow: Flow, name: str) -> list[str]:
    """The ring that a trapped caller ends in, from the step where it is entered."""
    walked: list[str] = []
    while name not in walked:
        walked.append(name)
        name = next(target for target in flow.steps[name].unattended() if target is not None)
    return walked[walked.index(name) :]
