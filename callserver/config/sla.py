"""What is promised to clients: how soon somebody reacts, how soon it is done."""

from pydantic import Field

from callserver.config.section import Section


class SlaProfile(Section):
    """One kind of promise; companies have one by name, all others ``default``."""

    reaction_s: float = Field(
        0, ge=0, description="Seconds until somebody answers a message or a ticket; 0: no promise."
    )
    resolution_s: float = Field(
        0,
        ge=0,
        description="Seconds until a ticket is done, without those in which it waits for the "
        "client; 0: no promise.",
    )
    hours: str | None = Field(
        None, description="Name of opening hours: only these seconds count. Default: all count."
    )
