"""What clients may send about queues, those who wait, and what agents are given (see ``asks``)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from callserver.web.asks import Body, Username, Word

Skill = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Level = Annotated[int, Field(ge=1, le=10)]
Penalty = Annotated[int, Field(ge=0, le=100)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,12}$")]


class NewPriority(Body):
    """Another priority for a waiting caller."""

    priority: int = Field(ge=-100, le=100, description="Higher is served first.")


class NewPosition(Body):
    """Another place for a waiting caller."""

    position: int = Field(ge=1, le=1_000_000, description="1: the head; too great: the end.")


class NewQueue(Body):
    """Another queue for a waiting caller, who keeps the time waited."""

    queue: Word = Field(description="Its name.")


class NewPick(Body):
    """Who takes a waiting caller out of turn."""

    agent: Username = Field(description="Username; it is their phone that rings.")


class NewClosing(Body):
    """Whether a queue takes callers."""

    closed: bool | None = Field(description="null: as its hours say.")


class MoreWrapUp(Body):
    """A longer wrap-up."""

    seconds: float = Field(gt=0, le=3600, description="So much longer.")


class NewSkills(Body):
    """What an agent is given; all of it takes the place of what was there."""

    queues: dict[Word, Penalty] = Field(
        max_length=100, description="Queue → penalty; those with a lower one are asked first."
    )
    skills: dict[Skill, Level] = Field({}, max_length=100, description="Skill → level, 1-10.")
    languages: tuple[Language, ...] = Field(
        (), max_length=50, description="What they speak; none: all there is."
    )
    capacity: int = Field(1, ge=1, le=10, description="Calls at once.")
