"""``webhook``: tell another server something, and go on."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.needs import Need, Needed
from callserver.ivr.nodes.asking_outside import Path, filled, values
from callserver.ivr.operators import NoValue
from callserver.ivr.slots import slots
from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.errors import OutsideError
from callserver.model.outside import Request
from callserver.model.ports import Prompts

_log = log.get("ivr")


class Webhook(Onward):
    """Tells a server of config/destinations.yaml something by POST and goes on at once, whatever
    becomes of it. A message that fails is sent again three times within seconds; a restart of the
    server loses those under way."""

    kind: ClassVar[str] = "webhook"
    short: ClassVar[str | None] = "destination"
    example: ClassVar[str] = """
        notify:
          webhook: crm
          path: /events
          body: {event: "'vip_called'", number: caller.number}
          next: wait
    """

    destination: str = Field(
        min_length=1, description="Name of the server, as in config/destinations.yaml."
    )
    path: Path = Field("/", description="Path, with variables: `/contacts/{caller.number}`.")
    body: dict[str, Expression] = Field(
        default_factory=dict, description="Sent as JSON: name → expression."
    )
    timeout_s: float = Field(5.0, gt=0, le=30, description="Seconds until a try has failed.")

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.DESTINATION, self.destination),)

    def reads(self) -> tuple[str, ...]:
        return slots(self.path)

    def expressions(self) -> Mapping[str, Expression]:
        return {f"body.{name}": one for name, one in self.body.items()}

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        try:
            path, body = filled(self.path, call), values(self.body, call, open_=False)
        except (OutsideError, NoValue) as error:
            _log.warning("webhook_not_sent", destination=self.destination, error=str(error))
            return self.next
        call.tell(Request(self.destination, "POST", path, {}, body, self.timeout_s, retries=0))
        return self.next
