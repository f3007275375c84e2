"""A Bitrix24 portal with our application installed."""

from typing import Any

from callserver.testing.crms.book import Crm, Incoming, Record, Refusal, Said

CLIENT, SECRET, FIRST = "local.app", "app-secret", "refresh-0"
APPLICATION = "application-token"
KEY_LIVES_S = 1800.0


class FakeBitrix24(Crm):
    """Cards by CALL_ID, of which ``finish`` makes activities; the same EXTERNAL_CALL_ID gives the
    same card for half an hour. A finished call is found in the statistics alone. Each refresh token
    gives another one, and the two newest are good.

    A user who clicks on a number has a card at once (:meth:`click`): it is to be finished, and
    another one for the same call is wrong."""

    kind = "bitrix24"
    complete = ("registered", "shown", "over", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, tuple[str, float]] = {}
        self.clicks: dict[str, tuple[str, str]] = {}
        self.token = ""
        self.refresh: tuple[str, ...] = (FIRST,)
        self.grants = 0
        self._steps: dict[str, list[str]] = {}

    def options(self, url: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "url": url,
            "private": True,
            "auth_url": url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "refresh_token": FIRST,
            "application_token": APPLICATION,
            "default_user": "1",
            "users": {"alice": "17"},
        }

    def click(self, user: str, number: str, line: str = "") -> dict[str, str]:
        """A user clicks on a number: the event that the portal sends, with its CALL_ID. The card
        is there from now on, by that id, as the portal knows none of ours."""
        card = f"externalCall.{self.new_id()}"
        self.cards[card] = (card, self.clock())
        self._steps[card] = ["clicked"]
        self.clicks[card] = (user, number)
        more = {"EXTENSION": "", "CALL_LIST_ID": "0", "IS_MOBILE": "0", "CALL_ID": card}
        entity = {"CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": "797"}
        numbers = {"PHONE_NUMBER": number, "PHONE_NUMBER_INTERNATIONAL": number}
        data = {**numbers, "USER_ID": user, "LINE_NUMBER": line, **more, **entity}
        return self._event("ONEXTERNALCALLSTART", data)

    def callback_form(self, number: str, line: str = "") -> dict[str, str]:
        """A visitor of a site of theirs wants to be called back: the event."""
        said = {"TEXT": "Somebody wants to be called", "VOICE": "ruinternalfemale"}
        data = {"PHONE_NUMBER": number, **said, "CRM_ENTITY_ID": "797", "LINE_NUMBER": line}
        return self._event("ONEXTERNALCALLBACKSTART", data)

    def _event(self, name: str, data: dict[str, str]) -> dict[str, str]:
        auth = {"domain": "portal.example.com", "member_id": "m1", "application_token": APPLICATION}
        return {
            "event": name,
            "event_handler_id": "1055",
            **{f"data[{key}]": value for key, value in data.items()},
            "ts": "1773236988",
            **{f"auth[{key}]": value for key, value in auth.items()},
        }

    def expire(self) -> None:
        """The token in use is worth nothing from now on."""
        self.token = ""

    def busy(self) -> Said:
        return Said(503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many"})

    def unknown(self) -> Said:
        return Said(401, {"error": "expired_token"})

    def knows(self, asked: Incoming) -> bool:
        if asked.path == "/oauth/token/":
            return True
        return bool(self.token) and asked.data.get("auth") == self.token

    def take(self, asked: Incoming) -> Said:
        said = super().take(asked)
        if said.status == 401:  # a token that is over is no mistake of whoever holds it
            self.wrong.pop()
        return said

    def answer(self, asked: Incoming) -> Said:
        if asked.path == "/oauth/token/":
            return self._grant(dict(asked.query))
        method, data = asked.parts[-1], asked.data
        match method.rpartition(".")[2]:
            case "info":
                return Said(200, {"result": {"ID": 1}})
            case "register":
                return self._register(data)
            case "show" | "hide":
                return self._card(data["CALL_ID"], method)
            case "finish":
                return self._finish(data)
            case "attachRecord":
                return self._attach(data)
            case "searchCrmEntities":
                return Said(200, {"result": self.people.get(data["PHONE_NUMBER"], [])})
            case "get":
                there = self._activity(data["FILTER"]["CALL_ID"])
                return Said(200, {"result": [there.fields] if there else []})
        raise Refusal(404, {"error": "ERROR_METHOD_NOT_FOUND"})

    def _grant(self, query: dict[str, str]) -> Said:
        if (query["client_id"], query["client_secret"]) != (CLIENT, SECRET):
            raise Refusal(400, {"error": "invalid_client"})
        if query["refresh_token"] not in self.refresh:
            raise Refusal(400, {"error": "invalid_grant"})
        self.grants += 1
        self.token = f"access-{self.grants}"
        # The one before is good too: the answer with the new one may have been lost.
        self.refresh = (f"refresh-{self.grants}", query["refresh_token"])
        content = {"access_token": self.token, "refresh_token": self.refresh[0], "expires_in": 3600}
        return Said(200, content)

    def _register(self, data: dict[str, Any]) -> Said:
        self.require(data, "USER_ID", "PHONE_NUMBER", "TYPE")
        if data["TYPE"] == 1 and any(data["PHONE_NUMBER"] == of for _, of in self.clicks.values()):
            self.wrong.append("registered a call that has a card since somebody clicked")
        key = data["EXTERNAL_CALL_ID"]
        now = self.clock()
        for card, (of, at) in self.cards.items():
            if of == key and now - at < KEY_LIVES_S:
                return Said(200, {"result": {"CALL_ID": card}})
        card = f"externalCall.{self.new_id()}"
        self.cards[card] = (key, now)
        self._steps.setdefault(key, ["registered"])
        return Said(200, {"result": {"CALL_ID": card}})

    def _card(self, card: str, method: str) -> Said:
        if card not in self.cards or self._activity(card):
            raise _not_found()
        steps = self._steps[self.cards[card][0]]
        if method.endswith("show") and "shown" not in steps:
            steps.append("shown")
        return Said(200, {"result": True})

    def _finish(self, data: dict[str, Any]) -> Said:
        self.require(data, "CALL_ID", "USER_ID", "STATUS_CODE")
        card = data["CALL_ID"]
        if card not in self.cards or self._activity(card):
            raise _not_found()
        key = self.cards[card][0]
        record = self.new(key, **data)
        record.steps += [*self._steps[key], "over"]
        return Said(200, {"result": record.fields})

    def _attach(self, data: dict[str, Any]) -> Said:
        self.require(data, "CALL_ID", "FILENAME", "FILE_CONTENT")
        record = self._activity(data["CALL_ID"])
        if record is None:
            raise _not_found()
        record.step("recording", file=data["FILENAME"])
        return Said(200, {"result": {"FILE_ID": 1}})

    def _activity(self, card: str) -> Record | None:
        return next((one for one in self.records.values() if one.fields["CALL_ID"] == card), None)


def _not_found() -> Refusal:
    why = "Call is not found (call should be registered prior to finishing)"
    return Refusal(400, {"error": "ERROR_CORE", "error_description": why})
