"""Where CRMs ask for calls: ``POST /connectors/NAME``. Each proves itself in its own way, by a
secret that it sends in the body; see ``crm/connectors/errands``."""

import asyncio
from typing import Final

from aiohttp import web
from msgspec import Struct

from callserver import log
from callserver.model.errands import ErrandDesk, Heard, NotThem
from callserver.model.errors import ConfigError
from callserver.web import forms, problems
from callserver.web.gate import Gate
from callserver.web.operation import Operation
from callserver.web.origin import ORIGIN
from callserver.web.problems import Kind, Problem

NOT_THEM: Final = Kind("not-them", 403, "The token in the form is another one")

_log = log.get("web")


class HeardOut(Struct, frozen=True, kw_only=True):
    """What was understood. Whether a call could be made is told to the CRM itself, at its card."""

    heard: Heard


class CrmEvents:
    """``/connectors``: what CRMs ask for. Each sends its own form, with its own secret in it."""

    def __init__(self, desk: ErrandDesk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def operations(self) -> tuple[Operation, ...]:
        """One route for all of them."""
        path = "/connectors/{name:[a-z0-9][a-z0-9_-]{0,39}}"
        may = (*forms.MAY, NOT_THEM, problems.NOT_READY)
        form = "The event as the CRM sends it; what is not known is passed over."
        return (Operation("connectors.hear", "POST", path, self.hear, may=may, form=form),)

    async def hear(self, name: str, request: web.Request) -> HeardOut:
        """A CRM asks for a call or a callback. Answered when it is safe, before it is done; the
        same event again makes no second call. Bitrix24 sends ONEXTERNALCALLSTART (click to call)
        and ONEXTERNALCALLBACKSTART (callback form). 404 unless the connector has the CRM's token
        (`application_token`)."""
        if not self._desk.hears(name):
            raise Problem(problems.NO_ROUTE)
        form = await forms.read(request)
        now = asyncio.get_running_loop().time()
        try:
            heard = await self._desk.hear(name, form)
        except NotThem as error:
            self._gate.bad_token(request.get(ORIGIN, ""), now)
            _log.warning("connector_not_them", connector=name)
            raise Problem(NOT_THEM) from error
        except ConfigError as error:
            _log.error("connector_secret", connector=name, error=str(error))
            raise Problem(problems.NOT_READY) from error
        return HeardOut(heard=heard)
