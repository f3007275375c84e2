"""Zammad, generic CTI (docs.zammad.org, "Generic CTI").

Zammad keeps one entry for each callId, which is our id of the call. A second newCall of it is
refused with 422; answer and hangup set a state, so telling them again changes nothing.
"""

from typing import Final

from callserver.config.connectors import Zammad as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import Connector, found
from callserver.crm.connectors.told import Call, Told
from callserver.model.call import Reason, Result
from callserver.model.connectors import Ask, Found, Known, Reply, Search, Story
from callserver.model.hooks import EventType as E

_THERE: Final = frozenset({422})
_CAUSES: Final = {
    Reason.BEFORE_ANSWER: "cancel",
    Reason.CALLEE_BUSY: "busy",
    Reason.CALLEE_DECLINED: "busy",
    Reason.NO_ANSWER: "noAnswer",
    Reason.UNREACHABLE: "notFound",
    Reason.NO_CAPACITY: "congestion",
}
_CAUSES_OF_RESULTS: Final = {
    Result.ABANDONED: "cancel",
    Result.CALLBACK: "noAnswer",
    Result.VOICEMAIL: "forwarded",
    Result.REJECTED: "busy",
    Result.FAILED: "congestion",
}


class Zammad(Connector[Options]):
    """Says who rings, who answered, and how it ended."""

    events = (E.CALL_OFFERED, E.CALL_RINGING, E.CALL_ANSWERED, E.CALL_ENDED)

    def headers(self, token: str) -> dict[str, str]:
        return {}

    def why(self, reply: Reply) -> str:
        return reply.text("error_human") or reply.text("error")

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "new" not in known:
            reply = yield self._event("newCall", call, user=call.queue or "", fine=_THERE)
            known["new"] = reply.text("action") or "taken"
        if told.type is E.CALL_ANSWERED and "answered" not in known:
            user = self.user(told.agent)
            yield self._event("answer", call, answeringNumber=user, user=user)
            known["answered"] = user
        elif told.over and "over" not in known:
            answered = known.get("answered", "")
            yield self._event("hangup", call, cause=cause(call), answeringNumber=answered)
            known["over"] = cause(call)

    def unwanted(self, known: Known) -> bool:
        """Zammad refuses callers that its administrators have blocked."""
        return known.get("new") == "reject"

    def check(self) -> Story:
        """An event that does not exist, of a direction that does not: Zammad says so only to those
        who know the token, and writes nothing down."""
        content = {"event": "newCall", "direction": "test", "from": "0", "to": "0", "callId": "0"}
        yield Ask("POST", self._path(), json=content, fine=_THERE)

    def find(self, number: str) -> Search | None:
        return None if self.options.api_token is None else self._find(number)

    def _find(self, number: str) -> Search:
        token = read(self.options.api_token) if self.options.api_token else ""
        query = {"query": f'phone:"{number}" OR mobile:"{number}"', "limit": "1"}
        headers = {"Authorization": f"Token token={token}"}
        reply = yield Ask("GET", "/api/v1/users/search", query, headers=headers)
        if not reply.data:
            return None
        name = " ".join(filter(None, (reply.text(0, "firstname"), reply.text(0, "lastname"))))
        url = f"{self.options.url}/#user/profile/{reply.at(0, 'id')}"
        vip = reply.at(0).get("vip") is True
        return Found(found(name, url=url, vip=vip))

    def _event(self, name: str, call: Call, fine: frozenset[int] = frozenset(), **more: str) -> Ask:
        content = {
            "event": name,
            "from": call.caller,
            "to": call.callee,
            "direction": "in" if call.inbound else "out",
            "callId": call.id,
            **{key: value for key, value in more.items() if value},
        }
        return Ask("POST", self._path(), json=content, fine=fine)

    def _path(self) -> str:
        return f"/api/v1/cti/{read(self.options.token)}"


def cause(call: Call) -> str:
    """How it ended, in Zammad's words."""
    if call.talked or call.reason is None or call.result is None:
        return "normalClearing"
    return _CAUSES.get(call.reason) or _CAUSES_OF_RESULTS.get(call.result, "normalClearing")
