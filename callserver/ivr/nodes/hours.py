"""``hours``: is somebody there now?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from callserver.config.calendar import (
    ClosedDays,
    Country,
    Exceptions,
    Open,
    Timetable,
    Week,
    zone_name,
)
from callserver.config.outgoing import zone
from callserver.ivr.needs import Need, Needed
from callserver.ivr.step import Step
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


class Hours(Step):
    """Goes on to `next` during opening hours, else to `closed`: those of config/hours.yaml by their
    name, or hours written here. Days in `closed_on` and the public holidays of `country` are closed
    all day, unless `exceptions` give them hours of their own. Hours may go over midnight: `fri:
    22:00-06:00`."""

    kind: ClassVar[str] = "hours"
    short: ClassVar[str | None] = "calendar"
    example: ClassVar[str] = """
        office:
          hours:
            open: {mon-fri: 08:00-18:00, sat: [10:00-13:00, 14:00-16:00]}
            timezone: Europe/Riga
            country: LV
            closed_on: [12-24, 2027-01-02]
            exceptions: {2026-12-31: 10:00-14:00}
          next: choose
          closed: night
          holiday: festive
    """

    calendar: str | None = Field(None, description="Name of the hours, as in config/hours.yaml.")
    open: Week | None = Field(
        None, description="Days (`mon`, `mon-fri`) → hours, or a list of hours."
    )
    timezone: Annotated[str, AfterValidator(zone_name)] | None = Field(
        None, description="Time zone of the hours, as Europe/Riga; without it `ivr.timezone`."
    )
    country: Country | None = Field(
        None, description="Country (`LV`) whose public holidays are closed."
    )
    closed_on: ClosedDays = Field(
        (), description="Own closed days: 2026-12-31, or 12-31 for each year."
    )
    exceptions: Exceptions = Field(
        {}, description="Days with other hours: day → hours, or a list of hours."
    )
    next: str = Field(description="Step when it is open.")
    closed: str = Field(description="Step when it is not.")
    holiday: str | None = Field(
        None, description="Step on a closed day or public holiday; without it: `closed`."
    )

    def exits(self) -> Mapping[str, str | None]:
        ways = {"next": self.next, "closed": self.closed}
        return ways if self.holiday is None else {**ways, "holiday": self.holiday}

    def unattended(self) -> tuple[str | None, ...]:
        return tuple(self.exits().values())

    def needs(self) -> tuple[Need, ...]:
        return () if self.calendar is None else (Need(Needed.HOURS, self.calendar),)

    def mistakes(self) -> Iterator[str]:
        if (self.calendar is None) == (self.open is None):
            yield "write either the name of hours in config/hours.yaml, or `open` with days"
        elif self.calendar is not None and self.model_fields_set & {
            "timezone",
            "country",
            "closed_on",
            "exceptions",
        }:
            yield f"`{self.calendar}` has all its days in config/hours.yaml; change them there"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        match self._now(call):
            case Open.OPEN:
                return self.next
            case Open.HOLIDAY if self.holiday is not None:
                return self.holiday
            case _:
                return self.closed

    def _now(self, call: CallControl) -> Open:
        if self.open is None:
            return Open(str(call.variable(f"hours.{self.calendar}.now") or Open.CLOSED))
        table = Timetable.read(self.open, self.country, self.closed_on, self.exceptions)
        if self.timezone is not None:
            now = datetime.fromtimestamp(call.now(), UTC)
            return table.at(now.astimezone(zone(self.timezone)))
        clock = f"{call.variable('now.date')}T{call.variable('now.time')}"
        return table.at(datetime.fromisoformat(clock))
