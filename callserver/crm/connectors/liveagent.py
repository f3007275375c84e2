"""LiveAgent, API version 3, calls (github.com/QualityUnit/LiveAgent-api-python).

The id of a call in the address is ours, so whatever is told twice is about the same call.
"""

from urllib.parse import quote

from callserver.config.connectors import LiveAgent as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import CALL, Connector, found
from callserver.crm.connectors.told import Call, Told
from callserver.model.connectors import Ask, Found, Known, Search, Sound, Story
from callserver.model.hooks import EventType as E


class LiveAgent(Connector[Options]):
    """A call with its ticket, from its start to its recording."""

    events = CALL
    rate = (3.0, 20)  # 180 a minute

    def token(self, now: float) -> str:
        return read(self.options.api_key)

    def headers(self, token: str) -> dict[str, str]:
        return {"apikey": token}

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "made" not in known:
            way = "in" if call.inbound else "out"
            yield self._call(call, "", from_number=call.caller, direction=way)
            known["made"] = "yes"
        agent = self.user(told.agent)
        if told.type is E.CALL_RINGING:
            yield self._call(call, "/_ring", to=agent, department_id=self.options.department)
        elif told.type is E.CALL_ANSWERED:
            yield self._call(call, "/_answer", to=agent)
        elif told.over and "over" not in known:
            yield self._call(call, "/_stop", from_number=call.caller)
            known["over"] = "yes"
        sound = told.recording or told.voicemail
        if sound is not None and known.get("sound") != sound.id:
            yield from self._recording(call.id, sound.id)
            known["sound"] = sound.id

    def check(self) -> Story:
        yield Ask("GET", "/api/v3/calls/count")

    def find(self, number: str) -> Search:
        reply = yield Ask("GET", "/api/v3/contacts", {"_filters": f'[["phone","E","{number}"]]'})
        if not (id_ := reply.text(0, "id")):
            return None
        names = filter(None, (reply.text(0, "firstname"), reply.text(0, "lastname")))
        page = f"{self.options.url}/agent/#Contact;id={id_}"
        return Found(found(" ".join(names), url=page, language=reply.text(0, "language")))

    def _call(self, call: Call, what: str, to: str = "", **more: str) -> Ask:
        query = {"to_number": to or call.callee, **{key: one for key, one in more.items() if one}}
        return Ask("POST", f"/api/v3/calls/{quote(call.id, safe='')}{what}", query)

    def _recording(self, call: str, sound: str) -> Story:
        read = yield Sound(sound)
        if read.content:
            parts = {"file": (f"{sound}.wav", "audio/wav", read.content)}
            path = f"/api/v3/calls/{quote(call, safe='')}/recordings"
            yield Ask("POST", path, parts=parts)
