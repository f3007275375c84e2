"""Who will do for a caller, and who else after some waiting."""

from dataclasses import dataclass

from callserver.acd.agent import Agent
from callserver.config.queues import Queue as QueueConfig
from callserver.model.ticket import Ticket

TIERS = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """From ``after_s`` of waiting on: agents up to ``penalty`` (None: all) who lack at most
    ``levels`` of each skill."""

    after_s: float
    levels: int
    penalty: int | None
    any_language: bool


def plan(config: QueueConfig) -> tuple[Stage, ...]:
    """The stages of a queue, the first one from the beginning on."""
    if config.strategy == "tiers":
        tiers = [Stage(tier * config.tier_after_s, 0, tier, False) for tier in range(TIERS)]
        return (*tiers, Stage(TIERS * config.tier_after_s, 0, None, False))
    return (
        Stage(0.0, 0, config.first_penalty, False),
        *(Stage(it.after_s, it.levels, it.penalty, it.any_language) for it in config.widen),
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """What an agent must be to take certain callers of a queue. ``only``: this one alone."""

    queue: str
    skills: tuple[tuple[str, int], ...] = ()
    language: str = ""
    penalty: int | None = None
    only: str = ""

    def met_by(self, agent: Agent) -> bool:
        profile = agent.profile
        penalty = profile.queues.get(self.queue)
        if penalty is None:
            return False
        if self.only:
            return self.only == profile.username
        if self.penalty is not None and penalty > self.penalty:
            return False
        if self.language and profile.languages and self.language not in profile.languages:
            return False
        return all(profile.skills.get(skill, 0) >= level for skill, level in self.skills)


def demand(queue: str, ticket: Ticket, stage: Stage) -> Demand:
    """What is asked for at this stage; a level that sank to nothing is not asked for."""
    return Demand(
        queue,
        tuple(
            (skill, level - stage.levels)
            for skill, level in sorted(ticket.skills.items())
            if level > stage.levels
        ),
        "" if stage.any_language else ticket.language,
        stage.penalty,
    )
