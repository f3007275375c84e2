"""How far a call is in its flow (pure): folded from its facts, to be taken up after a restart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from callserver.model import facts as f
from callserver.model.flow import Frame, Value


@dataclass(frozen=True, slots=True)
class Progress:
    """``place``: flows and steps, outermost first; empty: no step was entered yet. ``keys`` are
    those a step has taken since it began. ``secrets``: variables whose values nobody knows any
    more, each with the place where it was set. ``language`` None: that of the line. ``since``: the
    step began then."""

    place: tuple[Frame, ...] = ()
    keys: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    secrets: Mapping[str, tuple[Frame, ...]] = field(default_factory=dict)
    language: str | None = None
    since: float | None = None

    @property
    def flow(self) -> tuple[str, str] | None:
        """The flow the call came in with, as (name, version)."""
        return (self.place[0].flow, self.place[0].version) if self.place else None


def progress(facts: Iterable[f.Fact]) -> Progress:
    """Where the facts of one call, in order, have brought it."""
    now = Progress()
    for fact in facts:
        match fact:
            case f.StepEntered():
                here = Frame(fact.flow, fact.version, fact.step)
                now = replace(now, place=(*fact.stack, here), keys="", since=fact.at)
            case f.DigitPressed():
                now = replace(now, keys=now.keys + fact.digit)
            case f.InputMissed():
                now = replace(now, keys="")
            case f.VariablesSet():
                hidden = {name: now.place for name in fact.secret}
                left = {n: where for n, where in now.secrets.items() if n not in fact.values}
                known = {n: value for n, value in now.variables.items() if n not in hidden}
                now = replace(now, variables={**known, **fact.values}, secrets={**left, **hidden})
            case f.LanguageChosen():
                now = replace(now, language=fact.language)
            case _:
                pass
    return now
