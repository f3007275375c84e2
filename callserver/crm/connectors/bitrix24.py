"""Bitrix24, telephony of an application (apidocs.bitrix24.com, "telephony.externalCall").

The portal gives a CALL_ID for our id of the call (EXTERNAL_CALL_ID), the same again within half an
hour. A later second one is an empty card that nobody sees: only ``finish`` writes the call down,
and of a call that is finished the portal says that it is not found. Then its statistics are asked.
A call that the portal asked for has its CALL_ID from there, and is never registered.
"""

import base64
from typing import Any, Final

from callserver.config.connectors import Bitrix24 as Options
from callserver.config.connectors import read
from callserver.crm.connectors import bitrix24_asks as asks
from callserver.crm.connectors.base import CALL, Connector, Refused, found
from callserver.crm.connectors.told import Call, Told
from callserver.model.call import Reason, Result
from callserver.model.connectors import Ask, Found, Known, Reply, Search, Sound, Story
from callserver.model.errands import Errand, Form, Refusal
from callserver.model.hooks import EventType as E

_REGISTER: Final = "telephony.externalCall.register"
_FINISH: Final = "telephony.externalCall.finish"
_ATTACH: Final = "telephony.externalCall.attachRecord"
_STATISTIC: Final = "voximplant.statistic.get"
_NOT_TAKEN: Final = frozenset({400})
_CODES: Final = {
    Reason.CALLEE_BUSY: "486",
    Reason.CALLEE_DECLINED: "603",
    Reason.UNREACHABLE: "480",
    Reason.UNKNOWN_LINE: "404",
    Reason.NOT_ALLOWED: "403",
    Reason.CLOSED: "423",
}
_CODES_OF_RESULTS: Final = {
    Result.ANSWERED: "200",
    Result.TRANSFERRED: "200",
    Result.REJECTED: "603",
    Result.FAILED: "480",
}
_CODES_OF_REFUSALS: Final = {
    Refusal.BUSY: "486",
    Refusal.ABSENT: "480",
    Refusal.FORBIDDEN: "403",
    Refusal.UNAVAILABLE: "503",
    Refusal.LOST: "503",
}


class Bitrix24(Connector[Options]):
    """Card at the agent's, activity in the CRM, recording."""

    events = (*CALL, E.CALL_NOT_TAKEN)
    sends = (asks.CLICK, asks.CALLBACK)
    rate = (2.0, 40)  # leaky bucket: 2 a second, 50 at once

    def token(self, now: float) -> None:
        return None

    def seed(self) -> str:
        return read(self.options.refresh_token)

    def grant(self, refresh: str, now: float) -> Ask:
        query = {
            "grant_type": "refresh_token",
            "client_id": self.options.client_id,
            "client_secret": read(self.options.client_secret),
            "refresh_token": refresh or self.seed(),
        }
        return Ask("GET", f"{self.options.auth_url}/oauth/token/", query)

    def headers(self, token: str) -> dict[str, str]:
        return {}

    def signed(self, ask: Ask, token: str) -> Ask:
        return Ask(ask.method, ask.path, json={**ask.json, "auth": token}, fine=ask.fine)

    def busy(self, reply: Reply) -> bool:
        return reply.text("error") in ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT")

    def why(self, reply: Reply) -> str:
        return f"{reply.text('error')} {reply.text('error_description')}".strip()

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "id" not in known:
            known["id"] = yield from self._register(call)
        if told.type is E.CALL_RINGING:
            yield self._card("show", known, told.agent)
        elif told.type is E.CALL_NOT_TAKEN:
            yield self._card("hide", known, told.agent)
        elif told.over:
            if "over" not in known:
                yield from self._finish(told, known)
            sound = told.recording or told.voicemail
            if sound is not None and known.get("sound") != sound.id:
                yield from self._attach(sound.id, known)

    def check(self) -> Story:
        yield _method("app.info", {})

    @property
    def listens(self) -> bool:
        return self.options.application_token is not None

    def proves(self, form: Form) -> bool:
        token = self.options.application_token
        return token is not None and asks.proves(form, read(token))

    def asked(self, form: Form) -> Errand | None:
        return asks.errand(form, self.options.callback_queue)

    def find(self, number: str) -> Search:
        reply = yield _method("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": number})
        if not reply.text("result", 0, "CRM_ENTITY_ID"):
            return None
        kind, id_ = reply.text("result", 0, "CRM_ENTITY_TYPE"), reply.at("result", 0)
        owner = self.agent(reply.text("result", 0, "ASSIGNED_BY_ID"))
        page = f"{self.options.url}/crm/{kind.lower()}/details/{id_['CRM_ENTITY_ID']}/"
        return Found(found(reply.text("result", 0, "NAME"), url=page), owner)

    def _register(self, call: Call) -> Any:
        wanted = {
            "USER_ID": self.user(call.agent),
            "PHONE_NUMBER": call.customer,
            "TYPE": 2 if call.inbound else 1,
            "CALL_START_DATE": call.offered_at,
            "CRM_CREATE": int(self.options.crm_create),
            "SHOW": 0,
            "LINE_NUMBER": self.options.line_number,
            "EXTERNAL_CALL_ID": call.id,
        }
        reply = yield _method(_REGISTER, {key: one for key, one in wanted.items() if one != ""})
        return str(reply.at("result", "CALL_ID"))

    def _card(self, what: str, known: Known, agent: str | None) -> Ask:
        """A card of a call that is over meanwhile is none any more."""
        content = {"CALL_ID": known["id"], "USER_ID": [self.user(agent)]}
        return _method(f"telephony.externalCall.{what}", content, fine=_NOT_TAKEN)

    def _finish(self, told: Told, known: Known) -> Story:
        reply = yield self._finishing(told, known)
        if reply.status == 400 and _not_found(reply):
            found = yield _method(_STATISTIC, {"FILTER": {"CALL_ID": known["id"]}})
            if found.at("result"):
                reply = found
            elif "user" not in known:  # never finished: the portal has forgotten the card
                known["id"] = yield from self._register(told.call)
                reply = yield self._finishing(told, known)
        if reply.status == 400:
            raise Refused(self.why(reply))
        known["over"] = "yes"

    def _finishing(self, told: Told, known: Known) -> Ask:
        """``user`` is known of calls that the portal asked for: theirs is the card."""
        call, refusal = told.call, told.refusal
        theirs = self.options.users.get(call.agent or "") or known.get("user")
        reason = "" if call.talked else str(call.reason or "")
        content = {
            "CALL_ID": known["id"],
            "USER_ID": theirs or self.user(None),
            "DURATION": round(call.talked_s),
            "STATUS_CODE": _CODES_OF_REFUSALS[refusal.kind] if refusal else status_code(call),
            "FAILED_REASON": refusal.why if refusal else reason,
            "ADD_TO_CHAT": 0,
        }
        return _method(_FINISH, content, fine=_NOT_TAKEN)

    def _attach(self, sound: str, known: Known) -> Story:
        """A repeat replaces the file."""
        read = yield Sound(sound)
        if read.content:
            content = {
                "CALL_ID": known["id"],
                "FILENAME": f"{sound}.wav",
                "FILE_CONTENT": base64.b64encode(read.content).decode(),
            }
            yield _method(_ATTACH, content)
        known["sound"] = sound


def _method(name: str, content: dict[str, Any], fine: frozenset[int] = frozenset()) -> Ask:
    return Ask("POST", f"/rest/{name}", json=content, fine=fine)


def _not_found(reply: Reply) -> bool:
    return "not found" in reply.text("error_description").lower()


def status_code(call: Call) -> str:
    """How it ended, in the portal's words (those of SIP, and 304 for a missed call)."""
    if call.talked or call.reason is None or call.result is None:
        return "200"
    return _CODES.get(call.reason) or _CODES_OF_RESULTS.get(call.result, "304")
