"""What is promised about tasks and messages, and what becomes of it (pure; ``now`` is given)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from callserver.config.calendar import Calendar
from callserver.config.sla import SlaProfile
from callserver.crm import worktime
from callserver.model.interactions import Interaction, Promise, Promised, Task, TaskState, Way

DEFAULT = "default"


def is_broken(promise: Promise, now: float) -> bool:
    """Whether it is too late, whoever was told of it."""
    until = now if promise.met_at is None else promise.met_at
    return promise.due_at is not None and until > promise.due_at


@dataclass(frozen=True, slots=True)
class Promises:
    """The profiles of ``config.sla`` and the hours they name."""

    profiles: Mapping[str, SlaProfile]
    hours: Mapping[str, Calendar]

    def of_task(
        self, task: Task, known: Sequence[Promise], profile: str | None, now: float
    ) -> list[Promise]:
        """All about a task as it is now; ``known`` are those before, ``profile`` is the client's
        (None: the default) and counts for new ones only."""
        before = {one.what: one for one in known}
        terms = self._terms(profile)
        made = [
            before.get(what) or self._made(task.id, what, task.contact, terms, task.created_at)
            for what in (Promised.REACTION, Promised.RESOLUTION)
        ]
        promises = [self._follow(one, task, now) for one in made if one is not None]
        if task.due_at is not None:
            due = before.get(Promised.DUE)
            if due is None or due.due_at != task.due_at:
                due = Promise(
                    *(task.id, Promised.DUE, task.contact, "", 0.0, None),
                    *(0.0, task.created_at, task.due_at),
                )
            promises.append(_met(due, now) if task.state is TaskState.DONE else _again(due))
        return promises

    def of_interaction(self, one: Interaction, profile: str | None) -> list[Promise]:
        """What a message that came promises."""
        if one.way is not Way.IN:
            return []
        terms = self._terms(profile)
        made = self._made(one.id, Promised.REACTION, one.contact, terms, one.at)
        return [] if made is None else [made]

    def kept(self, open_: Sequence[Promise], at: float) -> list[Promise]:
        """Somebody answered."""
        return [_met(one, at) for one in open_]

    def _terms(self, profile: str | None) -> tuple[str, SlaProfile] | None:
        name = profile if profile is not None and profile in self.profiles else DEFAULT
        return (name, self.profiles[name]) if name in self.profiles else None

    def _made(
        self,
        of: str,
        what: Promised,
        contact: str | None,
        terms: tuple[str, SlaProfile] | None,
        since: float,
    ) -> Promise | None:
        if terms is None:
            return None
        name, profile = terms
        is_reaction = what is Promised.REACTION
        seconds = profile.reaction_s if is_reaction else profile.resolution_s
        if not seconds:
            return None
        due = worktime.after(self._spans(profile.hours), since, seconds)
        return Promise(of, what, contact, name, seconds, profile.hours, 0.0, since, due)

    def _follow(self, one: Promise, task: Task, now: float) -> Promise:
        """The clock runs while the task is open."""
        if one.what is Promised.REACTION:
            return one if task.state is TaskState.OPEN else _met(one, now)
        if task.state is TaskState.DONE:
            return _met(one, now)
        one = _again(one)
        if task.state is TaskState.WAITING:
            return self._stand(one, now)
        return one if one.since is not None else self._run(one, now)

    def _stand(self, one: Promise, now: float) -> Promise:
        if one.since is None or one.breached_at is not None or is_broken(one, now):
            return one
        spent = one.spent_s + worktime.between(self._spans(one.hours), one.since, now)
        return replace(one, spent_s=spent, since=None, due_at=None)

    def _run(self, one: Promise, now: float) -> Promise:
        left = max(0.0, one.seconds - one.spent_s)
        return replace(one, since=now, due_at=worktime.after(self._spans(one.hours), now, left))

    def _spans(self, hours: str | None) -> worktime.Spans | None:
        return self.hours[hours].spans if hours is not None and hours in self.hours else None


def _met(one: Promise, now: float) -> Promise:
    return one if one.met_at is not None else replace(one, met_at=now)


def _again(one: Promise) -> Promise:
    """It is not done after all."""
    return one if one.met_at is None else replace(one, met_at=None)
