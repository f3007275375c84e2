"""The options of flows."""

from pydantic import Field, field_validator

from callserver.config.outgoing import zone
from callserver.config.section import Section


class Ivr(Section):
    """Flows: no call may be trapped in one, whatever it says."""

    timezone: str = Field("UTC", description="Time zone of `now.time`, `now.date`: Europe/Riga.")
    idle_steps: int = Field(
        50, ge=10, description="Steps in a row in which the caller presses nothing; then it ends."
    )
    visits: int = Field(10, ge=2, description="How often one step may come in such a row.")
    steps: int = Field(1000, ge=10, description="Steps of a call, whatever the caller presses.")
    idle_s: float = Field(
        900.0, ge=30, description="Seconds in a flow in which the caller presses nothing."
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            zone(name)
        except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"{name!r} is unknown; write it as Europe/Riga") from None
        return name
