"""The options of outgoing calls: what may be dialled, by whom, when and how often."""

import re
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import Field, field_validator, model_validator

from callserver.config.opening import OpeningHours
from callserver.config.section import Section


def zone(name: str) -> tzinfo:
    """A time zone; UTC even where the system has none. Raises ``KeyError``, ``ValueError``."""
    return UTC if name == "UTC" else ZoneInfo(name)


class FlowCalls(Section):
    """What each flow may dial (steps `dial` and `transfer`, `external:` in a queue's `overflow`),
    for all its callers together, among the numbers above."""

    calls_at_once: int = Field(10, ge=1, description="Calls a flow may have going out at once.")
    per_hour: int = Field(120, ge=1, description="Calls a flow may begin in an hour.")
    per_day: int = Field(600, ge=1, description="Calls a flow may begin in 24 hours.")


class LineCalls(Section):
    """How many calls may show the number of a line, whoever makes them."""

    calls_at_once: int = Field(0, ge=0, description="Calls that go out at once; 0: any number.")
    per_hour: int = Field(0, ge=0, description="Calls begun in an hour; 0: any number.")
    per_day: int = Field(0, ge=0, description="Calls begun in 24 hours; 0: any number.")


class Outgoing(Section):
    """Calls to the outside. Stolen passwords are used to dial premium numbers by the thousand, at
    night: as shipped, nothing may be dialled."""

    allow: tuple[str, ...] = Field(
        (),
        description="Beginnings of numbers that may be dialled, with country code (`+371`). "
        "`+` allows every country, which is seldom wise; `+1` is twenty countries.",
    )
    deny: tuple[str, ...] = Field(
        ("+808", "+870", "+878", "+881", "+882", "+883", "+979"),
        description="Beginnings that may not, though `allow` has them: as shipped, satellites and "
        "the international networks that fraud lives on.",
    )
    premium: bool = Field(
        False,
        description="Whether numbers that cost the caller extra may be dialled where allowed.",
    )
    country: str = Field(
        "",
        description="Country (`LV`) whose way of writing numbers is understood; empty: numbers "
        "begin with + or 00.",
    )
    calls_at_once: int = Field(1, ge=1, description="Calls an agent may have going out at once.")
    per_hour: int = Field(60, ge=1, description="Calls an agent may begin in an hour.")
    per_day: int = Field(300, ge=1, description="Calls an agent may begin in 24 hours.")
    hours: OpeningHours = Field(
        (), description="When (`mon-fri 08:00-20:00`, `sat 10:00-24:00`); empty: at any time."
    )
    timezone: str = Field("UTC", description="Time zone of `hours`, as `Europe/Riga`.")
    trunk: str = Field(
        "",
        description="The trunk that outgoing calls take, one of `trunks`; empty: there are none.",
    )
    caller: str = Field("", description="The number shown to those we call; empty: none.")
    ring_timeout_s: float = Field(
        60.0, gt=0, description="How long it rings outside before the call is given up."
    )
    flows: FlowCalls = Field(default_factory=FlowCalls)

    @field_validator("allow", "deny")
    @classmethod
    def _prefixes(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if re.fullmatch(r"\+\d{0,15}", prefix, re.ASCII) is None:
                raise ValueError(f"{prefix!r}: write + and digits, with the country code")
        return prefixes

    @field_validator("country")
    @classmethod
    def _country(cls, country: str) -> str:
        if country and country not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{country!r} is no country; write two capital letters, as LV")
        return country

    @model_validator(mode="after")
    def _zone(self) -> "Outgoing":
        try:
            zone(self.timezone)
        except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(
                f"timezone: {self.timezone!r} is unknown; write it as Europe/Riga"
            ) from None
        return self
