"""HubSpot, calls of the CRM API (developers.hubspot.com, "CRM objects: calls").

Our id of the call is the value of a property that is unique among calls, and every event is an
upsert by it: however often it is told, there is one call. The property is made by ``check``.
"""

from typing import Any, Final

from callserver.config.connectors import Hubspot as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import Connector, found
from callserver.crm.connectors.told import Call, Told
from callserver.model.call import Reason, Result
from callserver.model.connectors import Ask, Found, Known, Search, Story
from callserver.model.hooks import EventType as E

_CONNECTED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
_NO_ANSWER: Final = "73a0d17f-1163-4015-bdd5-ec830791da20"
_BUSY: Final = "9d9162e7-6cf3-4944-bf63-4dff82258764"
_LEFT_VOICEMAIL: Final = "b2cf5968-551e-4856-9783-52b3da59a7d0"
_RUNNING: Final = {
    E.CALL_OFFERED: "RINGING",
    E.CALL_RINGING: "RINGING",
    E.CALL_ANSWERED: "IN_PROGRESS",
}
_MISSED: Final = frozenset({Result.ABANDONED, Result.CALLBACK, Result.VOICEMAIL})


class Hubspot(Connector[Options]):
    """One call object for each call, with its contact."""

    rate = (8.0, 50)  # of a private app: 100 in 10 s, of which others want some too

    def token(self, now: float) -> str:
        return read(self.options.token)

    def headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def tell(self, told: Told, known: Known) -> Story:
        name = self.options.unique_property
        one = {"id": told.call.id, "idProperty": name, "properties": self._properties(told)}
        reply = yield Ask("POST", "/crm/v3/objects/calls/batch/upsert", json={"inputs": [one]})
        known["id"] = str(reply.at("results", 0, "id"))
        if "contact" in known or not told.call.number:
            return
        people = yield _search(told.call.number)
        if contact := people.text("results", 0, "id"):
            path = f"/crm/v4/objects/calls/{known['id']}/associations/default/contacts/{contact}"
            yield Ask("PUT", path)
        known["contact"] = contact

    def check(self) -> Story:
        """Asks for the property, and makes it when it is not there."""
        name = self.options.unique_property
        reply = yield Ask("GET", f"/crm/v3/properties/calls/{name}", fine=frozenset({404}))
        if reply.status != 404:
            return
        content = {
            "name": name,
            "label": "Call id (call server)",
            "type": "string",
            "fieldType": "text",
            "groupName": "call_information",
            "hasUniqueValue": True,
        }
        yield Ask("POST", "/crm/v3/properties/calls", json=content)

    def find(self, number: str) -> Search:
        reply = yield _search(number)
        if not reply.text("results", 0, "id"):
            return None
        names = (reply.text("results", 0, "properties", part) for part in ("firstname", "lastname"))
        language = reply.text("results", 0, "properties", "hs_language").partition("-")[0]
        owner = self.agent(reply.text("results", 0, "properties", "hubspot_owner_id"))
        return Found(found(" ".join(filter(None, names)), language=language), owner)

    def _properties(self, told: Told) -> dict[str, Any]:
        call = told.call
        link = self.link(told.recording or told.voicemail)
        wanted = {
            "hs_timestamp": call.offered_at,
            "hs_call_title": call.title,
            "hs_call_direction": "INBOUND" if call.inbound else "OUTBOUND",
            "hs_call_from_number": call.caller,
            "hs_call_to_number": call.callee,
            "hs_call_source": "INTEGRATIONS_PLATFORM",
            "hs_call_status": _RUNNING.get(told.type) or _status(call),
            "hubspot_owner_id": self.user(call.agent),
            "hs_call_recording_url": link,
        }
        if told.over:
            wanted["hs_call_duration"] = str(round(1000 * call.talked_s))
            wanted["hs_call_disposition"] = _disposition(call)
        return {name: value for name, value in wanted.items() if value}


def _search(number: str) -> Ask:
    fields = ["firstname", "lastname", "hubspot_owner_id", "hs_language"]
    one = {"operator": "EQ", "value": number}
    content = {
        "filterGroups": [
            {"filters": [{"propertyName": name, **one}]} for name in ("phone", "mobilephone")
        ],
        "properties": fields,
        "limit": 1,
    }
    return Ask("POST", "/crm/v3/objects/contacts/search", json=content)


def _status(call: Call) -> str:
    if call.talked:
        return "COMPLETED"
    if call.reason is Reason.CALLEE_BUSY:
        return "BUSY"
    if call.result in _MISSED:
        return "MISSED" if call.inbound else "NO_ANSWER"
    return "COMPLETED" if call.result is Result.ANSWERED else "FAILED"


def _disposition(call: Call) -> str:
    if call.result is Result.VOICEMAIL:
        return _LEFT_VOICEMAIL
    if call.reason is Reason.CALLEE_BUSY:
        return _BUSY
    return _CONNECTED if call.talked or call.result is Result.ANSWERED else _NO_ANSWER
