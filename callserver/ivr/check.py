"""What would go wrong in a flow that can be read: found before the first caller hears it."""

from collections.abc import Callable, Collection, Iterator

from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.read import hint


def check(
    flow: Flow,
    queues: Collection[str] | None,
    *,
    languages: Collection[str] = (),
    recorded: Callable[[str, str], bool] | None = None,
) -> list[Mistake]:
    """All mistakes of a flow, in the order of the file.

    ``queues`` are those that exist (None: not known, not judged), ``languages`` those it must speak
    and ``recorded(language, name)`` says which recorded prompts there are. Steps that
    have a line but could not be read exist, and nothing is said about where they lead.
    """
    mistakes = [
        *_targets(flow),
        *_queues(flow, queues),
        *_sounds(flow, languages, recorded),
        *_traps(flow),
    ]
    if flow.steps.keys() == flow.lines.keys():
        mistakes += _unreachable(flow)
    return sorted(mistakes, key=lambda mistake: mistake.line)


def _mistake(flow: Flow, step: str, what: str) -> Mistake:
    return Mistake(flow.file, flow.lines.get(step, 0), step, what)


def _targets(flow: Flow) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for key, target in step.targets().items():
            if target not in flow.lines:
                what = f"`{key}` leads to `{target}`, which is no step{hint(target, flow.lines)}"
                yield _mistake(flow, name, what)


def _queues(flow: Flow, queues: Collection[str] | None) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for queue in step.queues():
            if queues is not None and queue not in queues:
                there = hint(queue, sorted(queues)) or "; add it to config/queues.yaml"
                yield _mistake(flow, name, f"no queue `{queue}`{there}")


def _sounds(
    flow: Flow, languages: Collection[str], recorded: Callable[[str, str], bool] | None
) -> Iterator[Mistake]:
    for name, step in flow.steps.items():
        for text in step.texts():
            for language in text.missing(languages):
                yield _mistake(flow, name, f"a line speaks `{language}`; add a text for it")
        for prompt in step.recordings():
            for language in languages:
                if recorded is not None and not recorded(language, prompt):
                    what = (
                        f"no recorded prompt `{prompt}`; put {language}/{prompt}.wav into "
                        "speech.prompts_dir, or use `say`"
                    )
                    yield _mistake(flow, name, what)


def _unreachable(flow: Flow) -> Iterator[Mistake]:
    if flow.start not in flow.steps:
        return
    reached, waiting = set[str](), [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in flow.steps:
            reached.add(name)
            waiting.extend(flow.steps[name].targets().values())
    for name in flow.steps:
        if name not in reached:
            yield _mistake(flow, name, "nothing leads here; lead a step to it, or take it out")


def _traps(flow: Flow) -> Iterator[Mistake]:
    """Rings of steps that a caller who presses nothing never leaves."""
    free = {name for name, step in flow.steps.items() if step.meets_agent}
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
            what = (
                f"menu without way out: a caller who presses nothing goes round for ever ({way}); "
                "let `otherwise` lead to a queue or to the end"
            )
        else:
            what = f"loop without wait: {way}; lead one of them elsewhere"
        yield _mistake(flow, name, what)


def _ring(flow: Flow, name: str) -> list[str]:
    """The ring that a trapped caller ends in, from the step where it is entered."""
    walked: list[str] = []
    while name not in walked:
        walked.append(name)
        name = next(target for target in flow.steps[name].unattended() if target is not None)
    return walked[walked.index(name) :]
