"""An Odoo with the phone calls of the OCA."""

from collections.abc import Iterable
from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

KEY = "odoo-key"


class FakeOdoo(Crm):
    """Each create makes another record, of phone calls and of attachments."""

    kind = "odoo"
    complete = ("phonecall", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[int, dict[str, Any]] = {}

    def options(self, url: str) -> dict[str, Any]:
        return {"kind": self.kind, "url": url, "private": True, "api_key": KEY, "database": "main"}

    def sounds(self) -> list[str]:
        return [self.records[str(one["res_id"])].key for one in self.files.values()]

    def knows(self, asked: Incoming) -> bool:
        database = asked.headers.get("X-Odoo-Database")
        return asked.headers.get("Authorization") == f"bearer {KEY}" and database == "main"

    def answer(self, asked: Incoming) -> Said:
        if asked.method != "POST" or asked.parts[:2] != ["json", "2"]:
            raise Refusal(404, {"message": "no such path"})
        _, _, model, method = asked.parts
        data = asked.data
        match model, method:
            case "crm.phonecall", "search_count":
                return Said(200, 0)
            case "crm.phonecall", "search_read":
                mark = data["domain"][0][2].removesuffix("%")
                found = (
                    one.id
                    for one in self.records.values()
                    if one.fields["description"].startswith(mark)
                )
                return _ids(found)
            case "crm.phonecall", "create":
                return Said(200, [self._create(values) for values in data["vals_list"]])
            case "crm.phonecall", "unlink":
                for id_ in data["ids"]:
                    self.records.pop(str(id_), None)
                return Said(200, True)
            case "ir.attachment", "search_read":
                of = {name: value for name, _, value in data["domain"]}
                same = (id_ for id_, one in self.files.items() if of.items() <= one.items())
                return _ids(map(str, same))
            case "ir.attachment", "create":
                return Said(200, [self._attach(values) for values in data["vals_list"]])
            case "ir.attachment", "unlink":
                for id_ in data["ids"]:
                    self.files.pop(id_, None)
                return Said(200, True)
            case "res.partner", "search_read":
                known = self.people.get(data["domain"][1][2])
                return Said(200, [{"id": 7, **known}] if known else [])
        raise Refusal(404, {"message": f"no {method} of {model}"})

    def _create(self, values: dict[str, Any]) -> int:
        self.require(values, "name")
        key = values["description"].partition("]")[0].removeprefix("[")
        record = self.new(key, **values)
        record.step("phonecall")
        return int(record.id)

    def _attach(self, values: dict[str, Any]) -> int:
        self.require(values, "name", "res_model", "res_id", "datas")
        id_ = int(self.new_id())
        self.files[id_] = values
        self.records[str(values["res_id"])].step("recording")
        return id_


def _ids(ids: Iterable[str]) -> Said:
    return Said(200, [{"id": int(one)} for one in ids])
