"""Odoo 19 and newer, JSON-2 API, with ``crm.phonecall`` of the OCA.

There is no key of ours: the description of a phone call begins with our id of the call, which is
asked for before and after one is made; an attachment has the id of the recording as its name.
"""

import base64
from typing import Any

from callserver.config.connectors import Odoo as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import OVER, Connector, Ids, found, only_one
from callserver.crm.connectors.told import Told, summary
from callserver.model.connectors import Ask, Found, Known, Search, Sound, Story

_CALL, _PERSON, _FILE = "crm.phonecall", "res.partner", "ir.attachment"


class Odoo(Connector[Options]):
    """A phone call when it is over, with its recording as an attachment."""

    events = OVER
    rate = (5.0, 20)

    def token(self, now: float) -> str:
        return read(self.options.api_key)

    def headers(self, token: str) -> dict[str, str]:
        database = {"X-Odoo-Database": self.options.database} if self.options.database else {}
        return {"Authorization": f"bearer {token}", **database}

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "id" not in known:
            if "partner" not in known and call.number:
                people = yield _people(call.number)
                known["partner"] = people.text(0, "id")
            mark = [["description", "=like", f"{_mark(call.id)}%"]]
            create = _asks(_CALL, "create", vals_list=[self._values(told, known)])
            known["id"] = yield from only_one(
                lambda: _ids(_CALL, mark), create, lambda one: _remove(_CALL, one)
            )
        sound = told.recording or told.voicemail
        if sound is not None and known.get("sound") != sound.id:
            yield from self._attach(known["id"], sound.id)
            known["sound"] = sound.id

    def check(self) -> Story:
        yield _asks(_CALL, "search_count", domain=[["id", "=", 0]])

    def find(self, number: str) -> Search:
        reply = yield _people(number)
        if not (id_ := reply.text(0, "id")):
            return None
        owner = self.agent(reply.text(0, "user_id", 0))
        language = reply.text(0, "lang").partition("_")[0]
        page = f"{self.options.url}/odoo/contacts/{id_}"
        return Found(found(reply.text(0, "name"), url=page, language=language), owner)

    def _values(self, told: Told, known: Known) -> dict[str, Any]:
        call = told.call
        user, partner = self.user(call.agent), known.get("partner")
        return {
            "name": call.title,
            "date": call.offered_at[:19].replace("T", " "),
            "duration": round(call.talked_s / 60.0, 2),
            "state": "done" if call.talked else "open",
            "partner_phone": call.customer,
            "description": f"{_mark(call.id)}\n{summary(told)}",
            **({"partner_id": int(partner)} if partner else {}),
            **({"user_id": int(user)} if user.isdigit() else {}),
        }

    def _attach(self, call: str, sound: str) -> Story:
        read = yield Sound(sound)
        if not read.content:
            return
        name = f"{sound}.wav"
        values = {
            "name": name,
            "res_model": _CALL,
            "res_id": int(call),
            "mimetype": "audio/wav",
            "datas": base64.b64encode(read.content).decode(),
        }
        there: list[Any] = [
            ["res_model", "=", _CALL],
            ["res_id", "=", int(call)],
            ["name", "=", name],
        ]
        create = _asks(_FILE, "create", vals_list=[values])
        yield from only_one(lambda: _ids(_FILE, there), create, lambda one: _remove(_FILE, one))


def _asks(model: str, method: str, **content: Any) -> Ask:
    return Ask("POST", f"/json/2/{model}/{method}", json=content)


def _ids(model: str, domain: list[Any]) -> Ids:
    reply = yield _asks(model, "search_read", domain=domain, fields=["id"])
    return [str(one["id"]) for one in reply.at()]


def _people(number: str) -> Ask:
    domain = ["|", ["phone", "=", number], ["phone_sanitized", "=", number]]
    fields = ["id", "name", "lang", "user_id"]
    return _asks(_PERSON, "search_read", domain=domain, fields=fields, limit=1)


def _remove(model: str, one: str) -> Ask:
    return _asks(model, "unlink", ids=[int(one)])


def _mark(call: str) -> str:
    return f"[{call}]"
