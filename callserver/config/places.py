"""Places that flows and transfers may call by name: extensions of a PBX, other SIP servers."""

from pydantic import Field

from callserver.config.section import Section


class Place(Section):
    """Somebody at a trunk who is called by name, not by a number: the toll guard does not judge
    it, and nobody pays."""

    trunk: str = Field(description="The trunk at whose hosts it is, one of `trunks`.")
    user: str = Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.!*+-]+$",
        description="What is dialled there: an extension (`200`), a name (`reception`).",
    )
    title: str = Field("", description="What people call this place.")
    ring_timeout_s: float = Field(
        30.0, gt=0, description="How long it rings before the call is given up."
    )
