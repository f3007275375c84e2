"""From rows to numbers (pure), with the formulas of the README:

service level: answered within the queue's ``service_level_s`` / answered (in queues that the
configuration knows); abandonment: abandoned /
(offered - abandoned within 5 s); mean wait (ASA): of calls that were answered; handling time (AHT):
talk, hold and wrap-up / answered; survey rate: answered / asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from callserver.model.agent import AgentState
from callserver.model.call import Result
from callserver.model.callback import CallbackState
from callserver.model.digest import AgentStep, Beside, Numbers, QueuedCall

SHORT_S: Final = 5.0
"""Who gives up within so long was no customer yet, by the formulas."""

_NOT_ASKED: Final = frozenset(
    {CallbackState.SUGGESTED, CallbackState.DISMISSED, CallbackState.MERGED}
)
_REACHED: Final = frozenset({CallbackState.DONE, CallbackState.RETURNED})
_UNREACHED: Final = frozenset({CallbackState.UNREACHED, CallbackState.TOLD, CallbackState.EXPIRED})


@dataclass(slots=True)
class Tally:
    """Counts one period. ``targets`` are the queues' ``service_level_s``; ``records``: whether
    conversations are to be recorded."""

    targets: Mapping[str, float]
    records: bool
    _sums: dict[str, dict[str, float]] = field(default_factory=dict)
    _queue_of: dict[str, str] = field(default_factory=dict)

    def call(self, one: QueuedCall) -> None:
        """A call that joined a queue."""
        self._queue_of[one.id] = one.queue
        self._add(one.queue, offered=1)
        sums = self._sums[one.queue]
        sums["longest_s"] = max(sums.get("longest_s", 0.0), one.waited_s)
        if one.talked:
            self._add(one.queue, answered=1, waited_s=one.waited_s, handled_s=one.talked_s)
            if (target_s := self.targets.get(one.queue)) is not None:
                self._add(one.queue, aimed=1, in_time=one.waited_s <= target_s)
            over = one.result is not None
            self._add(one.queue, unrecorded=self.records and over and not one.recorded)
        elif one.result is Result.ABANDONED:
            self._add(one.queue, abandoned=1, abandoned_s=one.waited_s)
            self._add(one.queue, short=one.waited_s < SHORT_S)

    def steps(self, of_agent: Iterable[AgentStep]) -> None:
        """What one agent did, in order, after the calls: wrap-up is part of handling the call
        before it."""
        call: str | None = None
        since: float | None = None
        for step in of_agent:
            if since is not None and call in self._queue_of:
                self._add(self._queue_of[call], handled_s=max(step.at - since, 0.0))
            since = step.at if step.state is AgentState.WRAP_UP else None
            call = step.call or call

    def beside(self, what: Beside) -> None:
        """What is no call."""
        for one in what.callbacks:
            if one.state not in _NOT_ASKED:
                self._add(one.queue, callbacks=one.count)
            self._add(one.queue, reached=one.count * (one.state in _REACHED))
            self._add(one.queue, unreached=one.count * (one.state in _UNREACHED))
            self._add(one.queue, waiting=one.count * (one.state is CallbackState.OPEN))
        for left in what.voicemails:
            self._add(left.queue, voicemails=left.left, unheard=left.unheard)
        for said in what.answers:
            given = said.count * (said.answer is not None)
            self._add(said.queue, asked=said.count, said=given)

    def numbers(self) -> dict[str, Numbers]:
        """By queue."""
        return {queue: _numbers(sums) for queue, sums in self._sums.items()}

    def _add(self, queue: str, **more: float) -> None:
        sums = self._sums.setdefault(queue, {})
        for name, value in more.items():
            sums[name] = sums.get(name, 0) + value


def together(some: Iterable[Numbers]) -> Numbers:
    """Of all these."""
    sums: dict[str, float] = {}
    for one in some:
        for each in fields(Numbers):
            value = getattr(one, each.name)
            before = sums.get(each.name, 0)
            sums[each.name] = max(before, value) if each.name == "longest_s" else before + value
    return _numbers(sums)


def _numbers(sums: Mapping[str, float]) -> Numbers:
    whole = {name: value if name.endswith("_s") else int(value) for name, value in sums.items()}
    return Numbers(**whole)  # type: ignore[arg-type]


def share(part: float, of: float) -> float | None:
    """None: of nothing."""
    return part / of if of else None


def service_level(one: Numbers) -> float | None:
    return share(one.in_time, one.aimed)


def abandonment(one: Numbers) -> float | None:
    return share(one.abandoned, one.offered - one.short)


def mean_wait_s(one: Numbers) -> float | None:
    return share(one.waited_s, one.answered)


def mean_patience_s(one: Numbers) -> float | None:
    """How long those waited who gave up."""
    return share(one.abandoned_s, one.abandoned)


def handling_s(one: Numbers) -> float | None:
    return share(one.handled_s, one.answered)


def survey_rate(one: Numbers) -> float | None:
    return share(one.said, one.asked)
