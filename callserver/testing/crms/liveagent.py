"""A LiveAgent."""

from typing import Any
from urllib.parse import unquote

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

KEY = "live-key"
_STEPS = {"_ring": "ringing", "_answer": "answered", "_stop": "over"}


class FakeLiveAgent(Crm):
    """Calls by the id in the address; a recording of the same name is the same one."""

    kind = "liveagent"
    complete = ("call", "ringing", "answered", "over", "recording")

    def options(self, url: str) -> dict[str, Any]:
        return {"kind": self.kind, "url": url, "private": True, "api_key": KEY}

    def knows(self, asked: Incoming) -> bool:
        return asked.headers.get("apikey") == KEY

    def answer(self, asked: Incoming) -> Said:
        match asked.method, asked.parts[2:]:
            case "GET", ["calls", "count"]:
                return Said(200, {"count": len(self.records)})
            case "GET", ["contacts"]:
                filters = asked.query["_filters"]
                known = (one for number, one in self.people.items() if number in filters)
                return Said(200, [{"id": "p1", **one} for one in known])
            case "POST", ["calls", key]:
                self.require(asked.query, "to_number", "from_number")
                record = self.of(unquote(key)) or self.new(unquote(key), **asked.query)
                record.step("call")
                return Said(200, {"ticket_id": f"t{record.id}"})
            case "POST", ["calls", key, what]:
                return self._event(unquote(key), what, asked)
        raise Refusal(404, {"message": "no such path"})

    def _event(self, key: str, what: str, asked: Incoming) -> Said:
        record = self.of(key)
        if record is None:
            self.wrong.append(f"{what} of an unknown call")
            raise Refusal(404, {"message": "no such call"})
        if what == "recordings":
            if not asked.headers["Content-Type"].startswith("multipart/form-data"):
                self.wrong.append("a recording that is no file")
            record.step("recording", file=asked.body)
        else:
            self.require(asked.query, "to_number")
            record.step(_STEPS[what], **asked.query)
        return Said(200, {})
