"""Salesforce, plain CRM: a task for each call that is over (REST API, "sObject rows").

CallObject of the task holds our id of the call, and is asked for before and after one is made.
"""

from typing import Any, Final

from callserver.config.connectors import Salesforce as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import OVER, Connector, Ids, found, only_one
from callserver.crm.connectors.told import Told, summary
from callserver.model.connectors import Ask, Found, Known, Reply, Search, Story

MAX_DESCRIPTION: Final = 32_000
_GONE: Final = frozenset({404})


class Salesforce(Connector[Options]):
    """A task at the contact, with what was said of the recording in its description."""

    events = OVER
    rate = (10.0, 25)

    def token(self, now: float) -> None:
        return None

    def seed(self) -> str:
        return read(self.options.client_secret)

    def grant(self, refresh: str, now: float) -> Ask:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.options.client_id,
            "client_secret": self.seed(),
        }
        return Ask("POST", "/services/oauth2/token", form=form)

    def headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def why(self, reply: Reply) -> str:
        return reply.text(0, "message")

    def busy(self, reply: Reply) -> bool:
        return reply.text(0, "errorCode") == "REQUEST_LIMIT_EXCEEDED"

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "id" not in known:
            if "who" not in known and call.number:
                people = yield self._contacts(call.number)
                known["who"] = people.text("records", 0, "Id")
            task = self._task(told, known.get("who", ""))
            create = Ask("POST", self._path("sobjects/Task"), json=task)
            known["id"] = yield from only_one(lambda: self._tasks(call.id), create, self._remove)
        sound = told.recording or told.voicemail
        if sound is not None and (link := self.link(sound)):
            description = f"{summary(told)}\nRecording, {round(sound.duration_s)} s: {link}"
            content = {"Description": description[:MAX_DESCRIPTION]}
            yield Ask("PATCH", self._path(f"sobjects/Task/{known['id']}"), json=content)

    def check(self) -> Story:
        yield Ask("GET", self._path("sobjects/Task/describe"))

    def find(self, number: str) -> Search:
        reply = yield self._contacts(number)
        if not (id_ := reply.text("records", 0, "Id")):
            return None
        page = f"{self.options.url}/lightning/r/Contact/{id_}/view"
        owner = self.agent(reply.text("records", 0, "OwnerId"))
        return Found(found(reply.text("records", 0, "Name"), url=page), owner)

    def _task(self, told: Told, who: str) -> dict[str, Any]:
        call = told.call
        wanted = {
            "Subject": call.title[:255],
            "Status": "Completed" if call.talked else "Not Started",
            "Priority": "Normal" if call.talked else "High",
            "ActivityDate": call.offered_at[:10],
            "WhoId": who,
            "OwnerId": self.user(call.agent),
            "Description": summary(told)[:MAX_DESCRIPTION],
            "TaskSubtype": "Call",
            "CallType": "Inbound" if call.inbound else "Outbound",
            "CallDurationInSeconds": round(call.talked_s),
            "CallDisposition": f"{call.result}: {call.reason}"[:255],
            "CallObject": call.id,
        }
        return {name: value for name, value in wanted.items() if value != ""}

    def _tasks(self, key: str) -> Ids:
        where = f"CallObject = '{_quoted(key)}'"
        reply = yield self._query("Id", "Task", where)
        return [str(one["Id"]) for one in reply.at("records")]

    def _contacts(self, number: str) -> Ask:
        number = _quoted(number)
        where = f"Phone = '{number}' OR MobilePhone = '{number}'"
        return self._query("Id, Name, OwnerId", "Contact", where)

    def _query(self, fields: str, kind: str, where: str) -> Ask:
        """The texts in ``where`` are quoted."""
        query = " ".join(("SELECT", fields, "FROM", kind, "WHERE", where, "LIMIT 100"))
        return Ask("GET", self._path("query"), {"q": query})

    def _remove(self, task: str) -> Ask:
        return Ask("DELETE", self._path(f"sobjects/Task/{task}"), fine=_GONE)

    def _path(self, rest: str) -> str:
        return f"/services/data/{self.options.api_version}/{rest}"


def _quoted(text: str) -> str:
    """As a text in SOQL."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
