"""A Freshdesk."""

import base64
from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

KEY = "fresh-key"
_BASIC = base64.b64encode(f"{KEY}:X".encode()).decode()


class FakeFreshdesk(Crm):
    """Tickets of contacts, who are made with their first ticket. Each request makes another ticket
    or note."""

    kind = "freshdesk"
    complete = ("ticket", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[str, int] = {}
        self.notes: dict[str, list[dict[str, Any]]] = {}

    def options(self, url: str) -> dict[str, Any]:
        return {"kind": self.kind, "url": url, "private": True, "api_key": KEY}

    def sounds(self) -> list[str]:
        return [self.records[id_].key for id_, notes in self.notes.items() for _ in notes]

    def knows(self, asked: Incoming) -> bool:
        return asked.headers.get("Authorization") == f"Basic {_BASIC}"

    def answer(self, asked: Incoming) -> Said:
        match asked.method, asked.parts[2:]:
            case "GET", ["agents", "me"]:
                return Said(200, {"id": 1})
            case "GET", ["contacts"]:
                return self._contacts(asked.query.get("phone", ""))
            case "POST", ["tickets"]:
                return self._create(asked.data)
            case "GET", ["tickets"]:
                of = int(asked.query["requester_id"])
                mine = [one for one in self.records.values() if one.fields["requester_id"] == of]
                return Said(200, [{"id": int(one.id), "tags": one.fields["tags"]} for one in mine])
            case "DELETE", ["tickets", id_]:
                return Said(204 if self.records.pop(id_, None) else 404)
            case "GET", ["tickets", id_, "conversations"]:
                return Said(200, self.notes.get(id_, []))
            case "POST", ["tickets", id_, "notes"]:
                self.require(asked.data, "body")
                note = {**asked.data, "id": int(self.new_id())}
                self.notes.setdefault(id_, []).append(note)
                self.records[id_].step("recording")
                return Said(201, note)
            case "DELETE", ["conversations", note_id]:
                for id_, notes in self.notes.items():
                    self.notes[id_] = [one for one in notes if one["id"] != int(note_id)]
                return Said(204)
        raise Refusal(404, {"description": "no such path"})

    def _contacts(self, phone: str) -> Said:
        if phone in self.people:
            return Said(200, [{"id": 7, **self.people[phone]}])
        known = self.contacts.get(phone)
        return Said(200, [{"id": known, "name": phone}] if known else [])

    def _create(self, data: dict[str, Any]) -> Said:
        self.require(data, "subject", "description", "status", "priority", "source", "phone")
        if data["status"] not in (2, 3, 4, 5) or data["priority"] not in (1, 2, 3, 4):
            raise Refusal(400, {"description": "Validation failed"})
        phone = data["phone"]
        if phone not in self.contacts:
            self.require(data, "name")
            self.contacts[phone] = 100 + len(self.contacts)
        (key,) = (tag.removeprefix("call-") for tag in data["tags"])
        requester = 7 if phone in self.people else self.contacts[phone]
        record = self.new(key, **data, requester_id=requester)
        record.step("ticket")
        return Said(201, {"id": int(record.id)})
