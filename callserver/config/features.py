"""What agents dial to steer themselves."""

import re

from pydantic import Field, model_validator

from callserver.config.section import Section

CODE = re.compile(r"[*#0-9]{1,8}")


class Features(Section):
    """Feature codes, dialled on an agent's phone: a tone says that it is done. Empty: no such
    code."""

    ready: str = Field("*10", description="Sign in; end a pause or a wrap-up.")
    sign_out: str = Field("*11", description="Sign out.")
    pause: str = Field(
        "*12",
        description="Pause, with the first of agents.pause_reasons; with a digit behind (`*123`), "
        "with that one.",
    )
    pick_up: str = Field(
        "*13",
        description="Take the caller who has waited longest in one's own queues, also one for whom "
        "another phone rings. Hang up; then the own phone rings.",
    )

    @model_validator(mode="after")
    def _codes(self) -> "Features":
        codes = [code for code in (self.ready, self.sign_out, self.pause, self.pick_up) if code]
        for code in codes:
            if CODE.fullmatch(code) is None:
                raise ValueError(f"{code!r}: a code has up to 8 digits, * and #")
        if len(set(codes)) < len(codes):
            raise ValueError("each code may stand for one thing only")
        if self.pause and any(c != self.pause and c.startswith(self.pause) for c in codes):
            raise ValueError(f"no other code may begin with {self.pause}, which takes a digit")
        return self
