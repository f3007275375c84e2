"""A Salesforce organisation: tasks, and voice calls of a partner telephony."""

import base64
import json
import re
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from callserver.testing.crms.book import Crm, Incoming, Refusal, Said

CLIENT, SECRET = "consumer-key", "consumer-secret"
ORG, CENTER, PROVIDER = "00D000000000001", "CallServer", "Provider"
_WHERE = re.compile(r"^SELECT .+ FROM (\w+) WHERE \w+ = '((?:[^'\\]|\\.)*)'")


class FakeSalesforce(Crm):
    """Each POST of a task makes another one. A token lives until :meth:`expire`."""

    kind = "salesforce"
    complete = ("task", "recording")

    def __init__(self) -> None:
        super().__init__()
        self.token = ""
        self._grants = 0

    def options(self, url: str) -> dict[str, Any]:
        base = {"kind": self.kind, "url": url, "private": True}
        return {**base, "client_id": CLIENT, "client_secret": SECRET}

    def expire(self) -> None:
        """The token in use is worth nothing from now on."""
        self.token = ""

    def knows(self, asked: Incoming) -> bool:
        if asked.path == "/services/oauth2/token":
            return True
        return bool(self.token) and asked.headers.get("Authorization") == f"Bearer {self.token}"

    def unknown(self) -> Said:
        self.wrong.pop()  # a token that is over is no mistake of whoever holds it
        return Said(401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}])

    def answer(self, asked: Incoming) -> Said:
        if asked.path == "/services/oauth2/token":
            return self._grant(asked.data)
        match asked.method, asked.parts[3:]:
            case "GET", ["query"]:
                return self._query(asked.query["q"])
            case "GET", ["sobjects", "Task", "describe"]:
                return Said(200, {"name": "Task"})
            case "POST", ["sobjects", "Task"]:
                return self._create(asked.data)
            case "PATCH", ["sobjects", "Task", id_]:
                description = asked.data["Description"]
                self.records[id_].fields.update(asked.data)
                if "https://" in description:
                    self.records[id_].step("recording")
                return Said(204)
            case "DELETE", ["sobjects", "Task", id_]:
                return Said(204 if self.records.pop(id_, None) else 404)
        raise Refusal(404, [{"errorCode": "NOT_FOUND", "message": "no such path"}])

    def _grant(self, form: dict[str, str]) -> Said:
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            raise Refusal(400, {"error": "invalid_client", "error_description": "unknown client"})
        self._grants += 1
        self.token = f"00D-{self._grants}"
        return Said(200, {"access_token": self.token, "token_type": "Bearer"})

    def _query(self, query: str) -> Said:
        found = _WHERE.match(query)
        if found is None:
            raise Refusal(400, [{"errorCode": "MALFORMED_QUERY", "message": query}])
        kind, value = found[1], found[2]
        if kind == "Contact":
            person = self.people.get(value)
            return Said(200, {"records": [{"Id": "003", **person}] if person else []})
        ids = [{"Id": one.id} for one in self.records.values() if one.key == value]
        return Said(200, {"records": ids})

    def _create(self, task: dict[str, Any]) -> Said:
        self.require(task, "Subject", "Status", "Priority", "CallObject")
        if len(task["CallObject"]) > 255 or len(task["CallDisposition"]) > 255:
            raise Refusal(400, [{"errorCode": "STRING_TOO_LONG", "message": "too long"}])
        record = self.new(task["CallObject"], **task)
        record.step("task")
        return Said(201, {"id": record.id, "success": True})


class FakeSalesforceVoice(Crm):
    """Voice calls by vendorCallKey: a second one is a conflict. Who asks is told by a token that
    our key has signed."""

    kind = "salesforce_voice"
    complete = ("call", "answered", "over", "recording")

    def __init__(self) -> None:
        super().__init__()
        self._key: RSAPrivateKey = generate_private_key(65537, 2048)

    def options(self, url: str) -> dict[str, Any]:
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        who = {"org_id": ORG, "call_center": CENTER, "provider": PROVIDER}
        return {"kind": self.kind, "url": url, "private": True, **who, "private_key": pem}

    def knows(self, asked: Incoming) -> bool:
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        head, _, rest = token.partition(".")
        body, _, signature = rest.partition(".")
        try:
            text = f"{head}.{body}".encode()
            self._key.public_key().verify(_bytes(signature), text, PKCS1v15(), SHA256())
            claims = json.loads(_bytes(body))
        except Exception:  # noqa: BLE001 - whatever it is, it is no token
            return False
        there = (claims["iss"], claims["sub"]) == (ORG, CENTER) and "jti" in claims
        provider = asked.headers.get("Telephony-Provider-Name") == PROVIDER
        return there and provider and time.time() < claims["exp"] <= time.time() + 301

    def answer(self, asked: Incoming) -> Said:
        match asked.method, asked.parts:
            case "POST", ["telephony", "v1", "voiceCalls"]:
                return self._create(asked.data)
            case "PATCH", ["telephony", "v1", "voiceCalls", key]:
                return self._change(key, asked.data)
        raise Refusal(404, {"message": "no such path"})

    def _create(self, data: dict[str, Any]) -> Said:
        self.require(
            *(data, "callCenterApiName", "vendorCallKey", "to", "from", "initiationMethod"),
            *("startTime", "participants"),
        )
        if self.of(data["vendorCallKey"]):
            raise Refusal(409, {"message": "a voice call with this vendorCallKey exists"})
        record = self.new(data["vendorCallKey"], **data)
        record.step("call")
        return Said(200, {"voiceCallId": record.id, "errors": []})

    def _change(self, key: str, data: dict[str, Any]) -> Said:
        record = self.of(key)
        if record is None:
            raise Refusal(404, {"message": "no such voice call"})
        if "acceptTime" in data:
            record.step("answered", **data)
        if "endTime" in data:
            self.require(data, "disconnectReason")
            record.step("over", **data)
        if "recordingLocation" in data:
            self.require(data, "totalRecordingDuration")
            record.step("recording")
        return Said(200, {"errors": []})


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
