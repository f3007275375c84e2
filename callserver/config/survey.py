"""The options of automatic calls that ask customers what they think, of each queue."""

from pydantic import Field, model_validator

from callserver.config.opening import OpeningHours
from callserver.config.section import Seconds, Section


class SurveyCalls(Section):
    """Some of those who talked with an agent of this queue are called some time later and led
    through a flow with the questions (steps `survey`). Who is asked at the end of the call itself
    needs nothing of this: put `survey` behind `queue` in the flow."""

    share: float = Field(
        0.0, ge=0, le=1, description="Share of those who talked that are called; 0: nobody is."
    )
    flow: str = Field("", description="The flow that asks, by its file name in ivr_flows/.")
    after_s: Seconds = Field(600.0, description="How long after the call.")
    least_talk_s: Seconds = Field(20.0, description="Who talked less is not asked.")
    every_days: float = Field(
        30.0, ge=0, description="No number is called more often than that, for whatever queue."
    )
    expires_s: float = Field(
        86_400.0, gt=0, description="Nobody is called so long after the time it was due."
    )
    ring_s: float = Field(25.0, gt=0, description="How long it rings; nobody is called twice.")
    calls_at_once: int = Field(2, ge=1, description="Such calls at once, for this queue.")
    hours: OpeningHours = Field(
        ("mon-fri 09:00-20:00", "sat 10:00-18:00"),
        description="When people may be asked, by the clock where their number is.",
    )

    @model_validator(mode="after")
    def _has_flow(self) -> "SurveyCalls":
        if self.share and not self.flow:
            raise ValueError("flow: name the flow that asks the questions")
        return self
