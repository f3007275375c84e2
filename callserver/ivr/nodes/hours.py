"""``hours``: is somebody there now?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from callserver.config.outgoing import zone
from callserver.ivr.step import Step
from callserver.ivr.timetable import (
    ClosedDays,
    Country,
    Exceptions,
    Open,
    Timetable,
    Week,
)
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


def _zone(name: str) -> str:
    try:
        zone(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"no time zone `{name}`; write it as Europe/Riga") from None
    return name


class Hours(Step):
    """Goes on to `next` during the opening hours, else to `closed`. Days in `closed_on` and the
    public holidays of `country` are closed all day, unless `except` gives them hours of their own.
    Hours may go over midnight: `fri: 22:00-06:00`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: ClassVar[str] = "hours"
    example: ClassVar[str] = """
        office:
          hours:
            open: {mon-fri: 08:00-18:00, sat: [10:00-13:00, 14:00-16:00]}
            timezone: Europe/Riga
            country: LV
            closed_on: [12-24, 2027-01-02]
            except: {2026-12-31: 10:00-14:00}
          next: choose
          closed: night
          holiday: festive
    """

    open: Week = Field(description="Days (`mon`, `mon-fri`) → hours, or a list of hours.")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="Time zone of the hours, as Europe/Riga; without it `ivr.timezone`."
    )
    country: Country | None = Field(
        None, description="Country (`LV`) whose public holidays are closed."
    )
    closed_on: ClosedDays = Field(
        (), description="Own closed days: 2026-12-31, or 12-31 for each year."
    )
    except_: Exceptions = Field(
        {}, alias="except", description="Days with other hours: day → hours, or a list of hours."
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

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        table = Timetable(self.open, self.country or "", self.closed_on, self.except_)
        match table.at(self._local(call)):
            case Open.OPEN:
                return self.next
            case Open.HOLIDAY if self.holiday is not None:
                return self.holiday
            case _:
                return self.closed

    def _local(self, call: CallControl) -> datetime:
        if self.timezone is not None:
            return datetime.fromtimestamp(call.now(), UTC).astimezone(zone(self.timezone))
        return datetime.fromisoformat(f"{call.variable('now.date')}T{call.variable('now.time')}")
