"""``collect``: ask for digits: an account number, a date, a PIN."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from callserver.ivr import digits
from callserver.ivr.nodes.asking import give_up, sorry
from callserver.ivr.step import Onward
from callserver.ivr.text import Text
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase


def _pattern(text: str) -> str:
    digits.pattern(text)
    return text


class Collect(Onward):
    """Asks for digits and keeps them in a variable, as text. Complete is what has `max_length`
    digits, or was ended with `terminator`, or at which the caller fell silent. The caller is asked
    again when it is too short or does not fit."""

    kind: ClassVar[str] = "collect"
    prepares: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        ask_account:
          collect:
            say: Please type your account number.
            into: account
            min_length: 6
            max_length: 8
            pattern: 4X.
            check: luhn
          next: look_up
          otherwise: wait
    """

    say: Text = Field(description="What the caller hears; a key cuts it short.")
    into: Name = Field(description="The variable that holds the digits then.")
    min_length: int = Field(1, ge=1, le=40, description="How many digits at least.")
    max_length: int = Field(20, ge=1, le=40, description="How many at most.")
    terminator: Literal["#", "*", "none"] = Field("#", description="Key that ends the input.")
    timeout_s: float = Field(
        7.0, ge=0.5, le=60, description="Seconds to press the first key after the prompt."
    )
    between_s: float = Field(3.0, ge=0.5, le=30, description="Seconds from one key to the next.")
    pattern: Annotated[str, AfterValidator(_pattern)] | None = Field(
        None,
        description="What the digits must be like: `4XX[1-5].` (X: any digit, [1-5]: one of these, "
        "a full stop at the end: any more).",
    )
    check: Literal["luhn", "ddmmyyyy", "mmddyyyy", "yyyymmdd"] | None = Field(
        None,
        description="`luhn`: the last is a check digit, as on bank cards. Or the way a date is "
        "typed; the variable then holds it as 2026-11-23.",
    )
    tries: int = Field(3, ge=1, le=10, description="How often it is asked.")
    invalid: Text | None = Field(
        None, description="What wrong input is answered with; without it the system's own words."
    )
    secret: bool = Field(
        False,
        description="Digits that are nobody's business: they are in no log, record or metric, and "
        "no recording while they are typed. A secret cannot be said.",
    )
    otherwise: str | None = Field(
        None, description="Step after the last try; without it the caller hears goodbye."
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.otherwise,)

    def texts(self) -> tuple[Text, ...]:
        return (self.say,) if self.invalid is None else (self.say, self.invalid)

    def sets(self) -> Mapping[str, Type]:
        return {self.into: Type.TEXT}

    def secrets(self) -> tuple[str, ...]:
        return (self.into,) if self.secret else ()

    def mistakes(self) -> Iterator[str]:
        if self.min_length > self.max_length:
            yield f"`min_length` {self.min_length} is more than `max_length` {self.max_length}"
        dates = self.check in digits.DATE_FORMS
        if dates and not self.min_length <= 8 <= self.max_length:
            yield "a date has 8 digits; let `min_length` and `max_length` allow them"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        with call.unrecorded() if self.secret else nullcontext():
            question = self.say.files(call, prompts)
            opening: tuple[str, ...] = ()
            for _ in range(self.tries):
                await call.play((*opening, *question), barge_in=True)
                typed = await self._typed(call)
                value = self._value(typed)
                if value is not None:
                    call.set({self.into: value}, secret=self.secret)
                    return self.next
                call.missed()
                opening = sorry(call, prompts, self.invalid, Phrase.INVALID_INPUT) if typed else ()
        return await give_up(call, prompts, opening, self.otherwise)

    async def _typed(self, call: CallControl) -> str:
        """The keys until the input is complete; empty: none in time."""
        typed = ""
        while len(typed) < self.max_length:
            patience_s = self.between_s if typed else self.timeout_s
            key = await call.digit(patience_s, secret=self.secret)
            if key is None or key == self.terminator:
                return typed or (key or "")
            typed += key
        call.swallow(self.terminator)
        return typed

    def _value(self, typed: str) -> str | None:
        """What the variable gets; None: this is not what was asked for."""
        if len(typed) < self.min_length or not (typed.isascii() and typed.isdigit()):
            return None
        if self.pattern is not None and not digits.pattern(self.pattern).fullmatch(typed):
            return None
        if self.check == "luhn":
            return typed if digits.luhn(typed) else None
        return typed if self.check is None else digits.iso_date(typed, self.check)
