"""What a visitor of a web site may send."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from callserver.web.asks import Body, Moment, Query, Word
from callserver.web.asks_callbacks import Language, Name

Opaque = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class FormQuery(Query):
    """What the form is for."""

    to: Word | None = Field(None, description="One of `call_me.to`; not needed where it is alone.")


class NewCallMe(Body):
    """A visitor who wants to be called."""

    form: Opaque = Field(description="The token of the form; it is good once.")
    number: Annotated[str, StringConstraints(min_length=1, max_length=32)] = Field(
        description="Their number, as they write it."
    )
    consent: Literal[True] = Field(description="They agreed to be called at this number.")
    name: Name = Field("", description="Shown to the agent.")
    to: Word | None = Field(None, description="One of `call_me.to`; not needed where it is alone.")
    window: Moment | None = Field(
        None,
        strict=False,
        description="`not_before` of one of the times that were offered; default: as soon as "
        "possible.",
    )
    language: Language | None = Field(None, description="In which they are spoken to.")
    captcha: Annotated[str, StringConstraints(max_length=4096, pattern=r"^[!-~]*$")] = Field(
        "", description="What the captcha gave the page."
    )
