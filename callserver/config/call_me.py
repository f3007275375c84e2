"""The options of the button by which visitors of a web site ask to be called."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from callserver.config.section import Section

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class CallMeTarget(Section):
    """Whose agents call, for one of the words a site may send."""

    queue: str = Field(description="Whose agents call back.")
    line: str = Field("", description="The line whose number they see, and whose language it is.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is called first.")


class CallMe(Section):
    """The "call me" button of a web site (`/call-me`): anybody may ask, without a token of the API,
    so there are limits."""

    enabled: bool = Field(False, description="Whether anybody is heard there.")
    origins: tuple[str, ...] = Field(
        (),
        description="Sites whose pages may ask, as browsers write them (`https://www.example.com`).",
    )
    to: dict[str, CallMeTarget] = Field(
        default_factory=dict,
        description="Words that a page may send, and who calls then: `{sales: {queue: sales, line: "
        '"100"}}`. One alone need not be sent.',
    )
    allow: tuple[str, ...] = Field(
        (),
        description="Beginnings of numbers that may be asked for, with country code (`+371`), of "
        "those that may be dialled (`outgoing.allow`); empty: all of them.",
    )
    per_address_a_day: int = Field(
        5, ge=1, description="Requests from one address in a day (IPv6: from one network)."
    )
    per_number_a_day: int = Field(3, ge=1, description="Requests for one number in a day.")
    form_s: float = Field(
        900.0,
        gt=0,
        le=86_400,
        description="How long a form may be open: its token is good for so long, and once.",
    )
    window_h: int = Field(2, description="Length of the times that are offered: 1, 2, 3, 4 or 6 h.")
    window_days: int = Field(
        3, ge=0, le=30, description="Times are offered for today and so many days more."
    )
    captcha: str = Field(
        "",
        description="One of `destinations`, whose `url` verifies the answers to a captcha as "
        "hCaptcha, Turnstile and reCAPTCHA do; empty: there is none.",
    )
    captcha_secret_file: Path | None = Field(
        None, description="File with the secret that they gave you."
    )

    @field_validator("origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if _ORIGIN.fullmatch(origin) is None:
                raise ValueError(f"{origin!r}: write `https://www.example.com`, without a path")
        return origins

    @field_validator("allow")
    @classmethod
    def _prefixes(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if re.fullmatch(r"\+\d{1,15}", prefix, re.ASCII) is None:
                raise ValueError(f"{prefix!r}: write + and digits, with the country code")
        return prefixes

    @field_validator("window_h")
    @classmethod
    def _hours(cls, hours: int) -> int:
        if hours not in (1, 2, 3, 4, 6):
            raise ValueError("must be 1, 2, 3, 4 or 6")
        return hours

    @model_validator(mode="after")
    def _complete(self) -> "CallMe":
        if self.enabled and not self.to:
            raise ValueError("to: say who calls, as `{sales: {queue: sales}}`")
        if bool(self.captcha) != (self.captcha_secret_file is not None):
            raise ValueError("captcha and captcha_secret_file belong together")
        return self

    def faults(
        self, queues: Collection[str], lines: Collection[str], destinations: Collection[str]
    ) -> Iterator[str]:
        """What it names that there is not, each with the key where it does."""
        for name, target in self.to.items():
            if target.queue not in queues:
                yield f"to.{name}.queue: there is no queue {target.queue!r}"
            if target.line and target.line not in lines:
                yield f"to.{name}.line: there is no line {target.line!r}"
        if self.captcha and self.captcha not in destinations:
            yield f"captcha: there is no destination {self.captcha!r}; add it"
