"""A HubSpot portal."""

from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

TOKEN = "pat-eu1-0123"
_STATUSES = {
    "RINGING": "ringing",
    "IN_PROGRESS": "answered",
    **dict.fromkeys(("COMPLETED", "MISSED", "FAILED", "NO_ANSWER", "BUSY"), "over"),
}


class FakeHubspot(Crm):
    """Calls are upserted by a unique property, once somebody has made it; contacts are found by
    their number."""

    kind = "hubspot"
    complete = ("ringing", "answered", "over", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.properties: set[str] = {"callserver_call_id"}

    def options(self, url: str) -> dict[str, Any]:
        return {"kind": self.kind, "url": url, "private": True, "token": TOKEN}

    def knows(self, asked: Incoming) -> bool:
        return asked.headers.get("Authorization") == f"Bearer {TOKEN}"

    def answer(self, asked: Incoming) -> Said:
        match asked.method, asked.parts[:5]:
            case "POST", ["crm", "v3", "objects", "calls", "batch"]:
                return self._upsert(asked.data["inputs"])
            case "POST", ["crm", "v3", "objects", "contacts", "search"]:
                return self._search(asked.data["filterGroups"])
            case "PUT", ["crm", "v4", "objects", "calls", id_]:
                self.records[id_].fields["contact"] = asked.parts[-1]
                return Said(200, {})
            case "GET", ["crm", "v3", "properties", "calls", name]:
                return Said(200 if name in self.properties else 404, {"name": name})
            case "POST", ["crm", "v3", "properties", "calls"]:
                self.require(asked.data, "name", "label", "type", "fieldType", "groupName")
                self.properties.add(asked.data["name"])
                return Said(201, asked.data)
        raise Refusal(404, {"message": "no such path"})

    def _upsert(self, inputs: list[dict[str, Any]]) -> Said:
        results = []
        for one in inputs:
            if one["idProperty"] not in self.properties:
                raise Refusal(400, {"message": f"{one['idProperty']} is not unique"})
            record = self.of(one["id"]) or self.new(one["id"])
            fields = one["properties"]
            if record.steps == []:
                self.require(fields, "hs_timestamp")
            record.step(_STATUSES[fields["hs_call_status"]], **fields)
            if fields.get("hs_call_recording_url", "").startswith("https://"):
                record.step("recording")
            results.append({"id": record.id, "properties": record.fields})
        return Said(200, {"status": "COMPLETE", "results": results})

    def _search(self, groups: list[dict[str, Any]]) -> Said:
        values = {one["value"] for group in groups for one in group["filters"]}
        results = [
            {"id": f"c{number}", "properties": {"phone": number, **self.people[number]}}
            for number in values & self.people.keys()
        ]
        return Said(200, {"total": len(results), "results": results})
