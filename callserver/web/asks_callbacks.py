"""What clients may send about callbacks."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from callserver.model.callback import CallbackState, Wanted
from callserver.web.asks import Body, Moment, Page, Word

Language = Literal["en", "ru", "uk", "lv"]
Name = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CallbacksQuery(Page):
    """Which requests to list; all conditions must hold."""

    queue: Word | None = Field(None, description="Whose agents call back.")
    state: CallbackState | None = Field(None, description="How far it is.")


class NewCallback(Body):
    """Somebody who is to be called."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=32)] = Field(
        description="As one would dial it; `outgoing` must allow it."
    )
    queue: Word = Field(description="Whose agents call back.")
    name: Name = Field("", description="Shown to the agent.")
    line: Name = Field("", description="The line whose number they see; default: none of its own.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is called first.")
    not_before: Moment | None = Field(
        None, strict=False, description="When they want to be called at the earliest."
    )
    not_after: Moment | None = Field(None, strict=False, description="At the latest.")
    language: Language | None = Field(
        None, description="The language they are spoken to in; default: that of the line."
    )

    @model_validator(mode="after")
    def _window(self) -> Self:
        begin, end = self.not_before, self.not_after
        if begin is not None and end is not None and end <= begin:
            raise ValueError("not_after must come after not_before")
        return self

    @property
    def wanted(self) -> Wanted:
        begin, end = self.not_before, self.not_after
        return Wanted(
            number=self.number,
            name=self.name,
            queue=self.queue,
            priority=self.priority,
            line=self.line,
            not_before=None if begin is None else begin.timestamp(),
            not_after=None if end is None else end.timestamp(),
            language=self.language or "",
        )
