"""``lookup``: ask another server what it knows."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.asking_outside import Path, filled, is_secret, values
from callserver.ivr.operators import LONGEST, NoValue
from callserver.ivr.slots import slots
from callserver.ivr.step import Onward
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.errors import OutsideError
from callserver.model.flow import Value
from callserver.model.outside import Request
from callserver.model.ports import Prompts

_log = log.get("ivr")


def _json_path(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError:
        raise ValueError(
            f"`{text}` is no path into an answer; write it as `customer.name` or `deals[0].id`"
        ) from None
    return text


JsonPath = Annotated[str, AfterValidator(_json_path)]


class Lookup(Onward):
    """Asks a server of config/destinations.yaml, by HTTP, and keeps parts of its
    answer (JSON) in variables; a part that is not there is `none`. When it does not answer in time,
    or with an error, or with something else than JSON, the call goes on at `failed`. Redirects are
    not followed."""

    kind: ClassVar[str] = "lookup"
    prepares: ClassVar[bool] = True
    short: ClassVar[str | None] = "destination"
    example: ClassVar[str] = """
        look_up:
          lookup: crm
          path: /accounts/{account}
          query: {language: caller.language}
          into: {balance: balance.amount, vip: "tags[0] == 'vip'"}
          next: tell
          failed: wait
    """

    destination: str = Field(
        min_length=1, description="Name of the server, as in config/destinations.yaml."
    )
    path: Path = Field("/", description="Path, with variables: `/contacts/{caller.number}`.")
    method: Literal["GET", "POST"] = Field("GET", description="`GET`, or `POST` with a `body`.")
    query: dict[str, Expression] = Field(
        default_factory=dict, description="Behind the `?`: name → expression."
    )
    body: dict[str, Expression] = Field(
        default_factory=dict, description="Sent as JSON: name → expression. Secrets only here."
    )
    into: dict[Name, JsonPath] = Field(
        min_length=1,
        description="Variable → path into the answer (JMESPath): `customer.name`, `deals[0].id`.",
    )
    timeout_s: float = Field(
        3.0, gt=0, le=15, description="Seconds until it has failed, tries and all."
    )
    retries: int = Field(1, ge=0, le=5, description="How often it is asked again after an error.")
    failed: str = Field(description="Step when it failed.")

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next, "failed": self.failed}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.next, self.failed)

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.DESTINATION, self.destination),)

    def reads(self) -> tuple[str, ...]:
        return slots(self.path)

    def expressions(self) -> Mapping[str, Expression]:
        return {
            **{f"query.{name}": one for name, one in self.query.items()},
            **{f"body.{name}": one for name, one in self.body.items()},
        }

    def sets(self) -> Mapping[str, Type]:
        return dict.fromkeys(self.into, Type.ANY)

    def mistakes(self) -> Iterator[str]:
        if self.method == "GET" and self.body:
            yield "a GET has no `body`; write `method: POST`, or use `query`"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        try:
            answer = await call.ask(self._request(call))
            found = {name: _value(path, answer) for name, path in self.into.items()}
        except (OutsideError, NoValue, JMESPathError) as error:
            _log.warning("lookup_failed", destination=self.destination, error=str(error))
            return self.failed
        call.set(found, secret=is_secret(self.body, call))
        return self.next

    def _request(self, call: CallControl) -> Request:
        return Request(
            destination=self.destination,
            method=self.method,
            path=filled(self.path, call),
            query=values(self.query, call, open_=True),
            body=values(self.body, call, open_=False) if self.method == "POST" else None,
            timeout_s=self.timeout_s,
            retries=self.retries,
        )


def _value(path: str, answer: Any) -> Value:
    found = jmespath.search(path, answer)
    if found is None or isinstance(found, bool | int | float):
        return found
    if isinstance(found, str):
        return found[:LONGEST]
    raise NoValue("the path leads to a list or an object; lead it to one value")
