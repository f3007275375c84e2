"""The options of digests: what a day was like, by mail."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from callserver.config.section import Section

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Digest(Section):
    """A mail with the numbers of the day (or week) before, to those who lead a team."""

    to: tuple[str, ...] = Field(min_length=1, max_length=20, description="Who gets it.")
    queues: tuple[str, ...] = Field((), description="What it is about; empty: all queues.")
    language: Literal["en", "ru", "uk", "lv", ""] = Field("", description="Empty: speech.language.")
    at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        "07:30", description="When, by the clock of `hours`."
    )
    days: tuple[Weekday, ...] = Field(WEEK, min_length=1, description="On which days it comes.")
    period: Literal["day", "week"] = Field(
        "day",
        description="day: the day before, and those on which none comes (on Monday the weekend "
        "too); week: the seven days before.",
    )
    hours: str = Field(
        "",
        description="One of hours.yaml, whose time zone counts; empty: that of outgoing.timezone.",
    )

    @field_validator("at", mode="before")
    @classmethod
    def _minutes(cls, at: object) -> object:
        """YAML takes 07:30 without quotes for a number of minutes."""
        if isinstance(at, int) and not isinstance(at, bool):
            return f"{at // 60:02}:{at % 60:02}"
        return at
