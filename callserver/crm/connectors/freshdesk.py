"""Freshdesk, tickets of source "phone" (developers.freshdesk.com/api).

A ticket carries our id of the call as a tag. Its search is minutes behind, the list of a
requester's tickets is not: that is looked through for the tag before and after one is made.
"""

import base64
from typing import Any, Final

from callserver.config.connectors import Freshdesk as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import OVER, Connector, Ids, found, only_one
from callserver.crm.connectors.told import Told, summary
from callserver.model.connectors import Ask, Found, Known, Reply, Search, Story
from callserver.model.hooks import EventType as E

_PHONE, _OPEN, _CLOSED, _LOW, _MEDIUM = 3, 2, 5, 1, 2
_GONE: Final = frozenset({404})


class Freshdesk(Connector[Options]):
    """A ticket when the call is over: open when nobody talked with them."""

    events = (E.CALL_RINGING, *OVER)
    rate = (1.5, 20)  # 100 a minute on the smallest plan

    def token(self, now: float) -> str:
        return read(self.options.api_key)

    def headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(f'{token}:X'.encode()).decode()}"}

    def why(self, reply: Reply) -> str:
        return reply.text("errors", 0, "message") or reply.text("description")

    def tell(self, told: Told, known: Known) -> Story:
        if told.type is E.CALL_RINGING and self.options.popup:
            yield self._pop(told)
        if not told.over:
            return
        call = told.call
        if "ticket" not in known:
            known["ticket"] = yield from only_one(
                lambda: self._tickets(call.customer, _tag(call.id)), self._ticket(told), _remove
            )
        sound = told.recording or told.voicemail
        if sound is not None and known.get("sound") != sound.id:
            yield from self._note(known["ticket"], self.link(sound), sound.duration_s)
            known["sound"] = sound.id

    def check(self) -> Story:
        yield Ask("GET", "/api/v2/agents/me")

    def find(self, number: str) -> Search:
        reply = yield from _contacts(number)
        if not reply.text(0, "id"):
            return None
        page = f"{self.options.url}/a/contacts/{reply.text(0, 'id')}"
        language = reply.text(0, "language").partition("-")[0]
        return Found(found(reply.text(0, "name"), url=page, language=language))

    def _tickets(self, number: str, tag: str) -> Ids:
        people = yield from _contacts(number)
        if not (requester := people.text(0, "id")):
            return []
        query = {"requester_id": requester, "order_by": "created_at", "per_page": "100"}
        reply = yield Ask("GET", "/api/v2/tickets", query)
        return [str(one["id"]) for one in reply.at() if tag in one.get("tags", ())]

    def _ticket(self, told: Told) -> Ask:
        call = told.call
        done = call.talked
        content: dict[str, Any] = {
            "subject": call.title,
            "description": summary(told),
            "phone": call.customer,
            "name": call.name or call.customer,
            "status": _CLOSED if done else _OPEN,
            "priority": _LOW if done else _MEDIUM,
            "source": _PHONE,
            "tags": [_tag(call.id)],
        }
        if owner := self.user(call.agent):
            content["responder_id"] = int(owner) if owner.isdigit() else owner
        return Ask("POST", "/api/v2/tickets", json=content)

    def _pop(self, told: Told) -> Ask:
        content = {
            "requester_phone": told.call.customer,
            "responder_id": self.user(told.agent),
            "call_reference_id": told.call.id,
        }
        return Ask("POST", "/api/v2/integrations/cti/pop", json=content, fine=_GONE)

    def _note(self, ticket: str, link: str, duration_s: float) -> Story:
        if not link:
            return
        path = f"/api/v2/tickets/{ticket}"
        body = f'Recording, {round(duration_s)} s: <a href="{link}">{link}</a>'
        create = Ask("POST", f"{path}/notes", json={"body": body, "private": True})
        yield from only_one(lambda: _notes(path, link), create, _remove_note)


def _contacts(number: str) -> Any:
    """Those with this number, as phone or as mobile."""
    reply: Reply = yield Ask("GET", "/api/v2/contacts", {"phone": number})
    if not reply.data:
        reply = yield Ask("GET", "/api/v2/contacts", {"mobile": number})
    return reply


def _tag(call: str) -> str:
    return f"call-{call}"


def _notes(ticket: str, link: str) -> Ids:
    """The ids of the notes with this link."""
    reply = yield Ask("GET", f"{ticket}/conversations")
    return [str(one["id"]) for one in reply.at() if link in str(one.get("body", ""))]


def _remove_note(note: str) -> Ask:
    return Ask("DELETE", f"/api/v2/conversations/{note}", fine=_GONE)


def _remove(ticket: str) -> Ask:
    return Ask("DELETE", f"/api/v2/tickets/{ticket}", fine=_GONE)
