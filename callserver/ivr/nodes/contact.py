"""``contact``: what is known of a number."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.operators import NoValue
from callserver.ivr.step import Onward
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.ports import Prompts

_log = log.get("ivr")


class ReadContact(Onward):
    """Looks a telephone number up in the contacts and keeps fields of it in variables; a field it
    does not have is `none`. A number nobody has, no number, or contacts that cannot be read within
    0.3 s lead to `unknown`. The caller's own contact needs no step: `caller.contact.<field>`."""

    kind: ClassVar[str] = "contact"
    prepares: ClassVar[bool] = True
    short: ClassVar[str | None] = "number"
    example: ClassVar[str] = """
        who:
          contact: typed
          into: {customer: name, level: tier}
          next: greet
          unknown: ask_again
    """

    number: Expression = Field(
        Expression("caller.number"), description="Expression that comes to the number."
    )
    into: dict[Name, Name] = Field(
        min_length=1, description="Variable → field of the contact: `name`, `vip`, or your own."
    )
    unknown: str = Field(description="Step when there is no such contact.")

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "unknown": self.unknown}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.next, self.unknown)

    def expressions(self) -> Mapping[str, Expression]:
        return {"number": self.number}

    def sets(self) -> Mapping[str, Type]:
        return dict.fromkeys(self.into, Type.ANY)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        try:
            number = self.number.value(call.variable)
        except NoValue as error:
            _log.warning("no_value", error=str(error))
            return self.unknown
        fields = await call.contact("" if number is None else str(number))
        if fields is None:
            return self.unknown
        secret = any(map(call.is_secret, self.number.names))
        found = {variable: fields.get(field) for variable, field in self.into.items()}
        call.set(found, secret=secret)
        return self.next
