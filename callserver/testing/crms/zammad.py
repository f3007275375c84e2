"""A Zammad that has the generic CTI on."""

from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

TOKEN, API_TOKEN = "cti-token", "user-token"
_STATES = {"newCall": "new", "answer": "answered", "hangup": "over"}


class FakeZammad(Crm):
    """Entries by callId: a second newCall is refused, so is any other event of a call that it does
    not know, and an answer after the hangup changes nothing."""

    kind = "zammad"
    complete = ("new", "answered", "over")

    def options(self, url: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "url": url,
            "private": True,
            "token": TOKEN,
            "api_token": API_TOKEN,
        }

    def knows(self, asked: Incoming) -> bool:
        if asked.parts[:3] == ["api", "v1", "cti"]:
            return asked.parts[3:] == [TOKEN]
        return asked.headers.get("Authorization") == f"Token token={API_TOKEN}"

    def answer(self, asked: Incoming) -> Said:
        if asked.path == "/api/v1/users/search":
            found = [one for number, one in self.people.items() if number in asked.query["query"]]
            return Said(200, found)
        data = asked.data
        self.require(data, "event", "from", "to", "direction", "callId")
        if data["direction"] not in ("in", "out"):
            return Said(200, {"action": "invalid_direction"})
        record = self.of(data["callId"])
        if data["event"] == "newCall":
            if record is not None:
                raise Refusal(422, {"error": f"call_id {data['callId']} already exists!"})
            self.new(data["callId"], **data).step("new")
            return Said(200, {"action": "reject"} if data["from"] in self.blocked else {})
        if record is None:
            self.wrong.append(f"{data['event']} of an unknown call")
            raise Refusal(422, {"error": "No such call_id"})
        if data["event"] == "hangup":
            self.require(data, "cause")
        if "over" not in record.steps:
            record.step(_STATES[data["event"]], **data)
        return Said(200, {})
