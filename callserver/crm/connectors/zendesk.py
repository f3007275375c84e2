"""Zendesk, Talk Partner Edition (developer.zendesk.com, "Talk Partner Edition").

A call that is over becomes a ticket whose external_id is our id of the call: tickets can be listed
by it, so one whose answer was lost is found. The call object (``/api/v2/calls``) is not used: it
cannot be listed by an id of ours. A recording becomes a voice comment, once.
"""

import base64
from typing import Any, Final

from callserver.config.connectors import Zendesk as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import CALL, Connector, Ids, dialable, found, only_one
from callserver.crm.connectors.told import Sound as SoundTold
from callserver.crm.connectors.told import Told, summary
from callserver.model.call import Result
from callserver.model.connectors import Ask, Found, Known, Reply, Search, Story
from callserver.model.hooks import EventType as E

_VOICEMAIL, _INBOUND, _OUTBOUND = 44, 45, 46
_GONE: Final = frozenset({404})


class Zendesk(Connector[Options]):
    """The caller's page when it rings, a ticket when it is over."""

    events = tuple(one for one in CALL if one is not E.CALL_OFFERED)
    rate = (3.0, 30)  # 200 a minute on the smallest plan

    def token(self, now: float) -> str:
        return read(self.options.token)

    def headers(self, token: str) -> dict[str, str]:
        pair = f"{self.options.email}/token:{token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def why(self, reply: Reply) -> str:
        return reply.text("description") or reply.text("error", "title") or reply.text("error")

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if told.type is E.CALL_RINGING:
            yield from self._display(told, known)
        if not told.over:
            return
        if "user" not in known:
            known["user"] = yield from self._user(call.number)
        if "ticket" not in known:
            known["ticket"] = yield from only_one(
                lambda: self._tickets(call.id), self._ticket(told, known["user"]), _remove
            )
        sound = told.recording or told.voicemail
        if sound is not None and known.get("sound") != sound.id:
            yield from self._comment(told, sound, known["ticket"])
            known["sound"] = sound.id

    def check(self) -> Story:
        yield Ask("GET", "/api/v2/users/me.json")

    def find(self, number: str) -> Search:
        reply = yield _search(number)
        if not reply.text("users", 0, "id"):
            return None
        page = f"{self.options.url}/agent/users/{reply.text('users', 0, 'id')}"
        language = reply.text("users", 0, "locale").partition("-")[0]
        return Found(found(reply.text("users", 0, "name"), url=page, language=language))

    def _display(self, told: Told, known: Known) -> Story:
        agent = self.user(told.agent)
        if "user" not in known:
            known["user"] = yield from self._user(told.call.number)
        if agent and known["user"]:
            path = f"/api/v2/channels/voice/agents/{agent}/users/{known['user']}/display.json"
            yield Ask("POST", path, fine=_GONE)

    def _user(self, number: str) -> Any:
        if not number:
            return ""
        reply = yield _search(number)
        return reply.text("users", 0, "id")

    def _tickets(self, key: str) -> Ids:
        reply = yield Ask("GET", "/api/v2/tickets.json", {"external_id": key})
        return [str(one["id"]) for one in reply.at("tickets")]

    def _ticket(self, told: Told, user: str) -> Ask:
        call = told.call
        voicemail = call.result is Result.VOICEMAIL
        via = _VOICEMAIL if voicemail else _INBOUND if call.inbound else _OUTBOUND
        who = {"name": call.name or call.customer, "phone": call.customer}
        ticket: dict[str, Any] = {
            "via_id": via,
            "external_id": call.id,
            "subject": call.title,
            "comment": {"body": summary(told), "public": False},
            **({"requester_id": user} if user else {"requester": who}),
        }
        if owner := self.user(call.agent):
            ticket["assignee_id"] = owner
        headers = {"Idempotency-Key": call.id}
        path = "/api/v2/channels/voice/tickets.json"
        return Ask("POST", path, json={"ticket": ticket}, headers=headers)

    def _comment(self, told: Told, sound: SoundTold, ticket: str) -> Story:
        if not (link := self.link(sound)):
            return
        path = f"/api/v2/tickets/{ticket}"
        now = yield Ask("GET", f"{path}.json")
        there = yield Ask("GET", f"{path}/comments.json")
        said = [one.get("data") or {} for one in there.at("comments")]
        if any(one.get("recording_url") == link for one in said):
            return
        voice = {
            "from": told.call.caller,
            "to": told.call.callee,
            "recording_url": link,
            "started_at": told.call.offered_at,
            "call_duration": round(sound.duration_s),
            "answered_by_id": self.user(told.call.agent),
        }
        # Of two of these on the way the second one finds the ticket changed, and gets a 409.
        safe = {"safe_update": True, "updated_stamp": now.at("ticket", "updated_at")}
        yield Ask("PUT", f"{path}.json", json={"ticket": {"voice_comment": voice, **safe}})


def _search(number: str) -> Ask:
    query = f'role:end-user phone:"{dialable(number)}"'
    return Ask("GET", "/api/v2/users/search.json", {"query": query})


def _remove(ticket: str) -> Ask:
    return Ask("DELETE", f"/api/v2/tickets/{ticket}.json", fine=_GONE)
