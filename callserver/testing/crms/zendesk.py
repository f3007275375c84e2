"""A Zendesk with Talk Partner Edition."""

import base64
import re
from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

EMAIL, TOKEN = "calls@example.com", "zendesk-token"
_BASIC = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()


class FakeZendesk(Crm):
    """Tickets, which are listed by their external_id; each voice comment is another comment."""

    kind = "zendesk"
    complete = ("ticket", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, str]] = []
        self.comments: dict[str, list[dict[str, Any]]] = {}

    def options(self, url: str) -> dict[str, Any]:
        base = {"kind": self.kind, "url": url, "private": True}
        return {**base, "email": EMAIL, "token": TOKEN, "users": {"alice": "17"}}

    def sounds(self) -> list[str]:
        return [
            self.records[id_].key
            for id_, comments in self.comments.items()
            for one in comments
            if "data" in one and id_ in self.records
        ]

    def knows(self, asked: Incoming) -> bool:
        return asked.headers.get("Authorization") == f"Basic {_BASIC}"

    def answer(self, asked: Incoming) -> Said:
        path = asked.path.removesuffix(".json").removeprefix("/api/v2/").split("/")
        match asked.method, path:
            case "GET", ["users", "me"]:
                return Said(200, {"user": {"id": 1}})
            case "GET", ["users", "search"]:
                number = re.findall(r'phone:"([^"]*)"', asked.query["query"])[0]
                known = [{"id": 7, **self.people[number]}] if number in self.people else []
                return Said(200, {"users": known})
            case "POST", ["channels", "voice", "agents", agent, "users", user, "display"]:
                self.shown.append((agent, user))
                return Said(200, None)
            case "POST", ["channels", "voice", "tickets"]:
                return self._create(asked.data["ticket"])
            case "GET", ["tickets"]:
                key = asked.query["external_id"]
                found = [{"id": int(one.id)} for one in self.records.values() if one.key == key]
                return Said(200, {"tickets": found})
            case "DELETE", ["tickets", id_]:
                return Said(204 if self.records.pop(id_, None) else 404)
            case "GET", ["tickets", id_, "comments"]:
                return Said(200, {"comments": self.comments[id_]})
            case "PUT", ["tickets", id_]:
                return self._comment(id_, asked.data["ticket"])
            case "GET", ["tickets", id_]:
                return Said(200, {"ticket": {"id": int(id_), "updated_at": self._version(id_)}})
        raise Refusal(404, {"error": "RecordNotFound"})

    def _create(self, ticket: dict[str, Any]) -> Said:
        self.require(ticket, "via_id", "subject", "external_id")
        if not (ticket.get("requester_id") or ticket.get("requester", {}).get("name")):
            self.require(ticket, "requester")
        record = self.new(ticket["external_id"], **ticket)
        record.step("ticket")
        self.comments[record.id] = [{"body": ticket["comment"]["body"]}]
        return Said(201, {"ticket": {"id": int(record.id)}})

    def _version(self, id_: str) -> str:
        """When it was changed last; every change is a comment."""
        return f"2026-01-01T00:00:{len(self.comments[id_]):02}Z"

    def _comment(self, id_: str, ticket: dict[str, Any]) -> Said:
        if ticket.get("safe_update") and ticket["updated_stamp"] != self._version(id_):
            raise Refusal(409, {"error": "UpdateConflict"})
        voice = ticket["voice_comment"]
        self.require(voice, "from", "to", "recording_url", "started_at", "call_duration")
        self.comments[id_].append({"type": "VoiceComment", "data": voice})
        self.records[id_].step("recording")
        return Said(200, {"ticket": {"id": int(id_)}})
