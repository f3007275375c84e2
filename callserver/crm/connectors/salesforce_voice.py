"""Salesforce Service Cloud Voice, partner telephony (Telephony Integration REST API).

Our id of the call is the vendorCallKey. A call is made once, at its start; whether an earlier try
came through is told by the conflict that a second one is. All later requests name the call by that
key and set values, so they may come again.
"""

import base64
import uuid
from typing import Any, Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from callserver.config.connectors import SalesforceVoice as Options
from callserver.config.connectors import read
from callserver.crm.connectors.base import CALL, Connector
from callserver.crm.connectors.told import Call, Told
from callserver.model.call import Reason
from callserver.model.connectors import Ask, Known, Reply, Story
from callserver.model.errors import ConfigError
from callserver.model.hooks import EventType as E

LIFE_S: Final = 300
_CALLS: Final = "/telephony/v1/voiceCalls"
_THERE: Final = frozenset({409})


class SalesforceVoice(Connector[Options]):
    """A voice call, from its start to its recording."""

    events = tuple(one for one in CALL if one is not E.CALL_RINGING)
    rate = (20.0, 50)  # 50 new calls a second for the whole organisation

    def token(self, now: float) -> str:
        options = self.options
        claims: dict[str, Any] = {
            "iss": options.org_id,
            "sub": options.call_center,
            "jti": str(uuid.uuid4()),
            "exp": int(now) + LIFE_S,
        }
        return _signed(claims, read(options.private_key))

    def headers(self, token: str) -> dict[str, str]:
        provider = self.options.provider
        return {"Authorization": f"Bearer {token}", "Telephony-Provider-Name": provider}

    def why(self, reply: Reply) -> str:
        return reply.text("errors", 0, "message") or reply.text("message")

    def tell(self, told: Told, known: Known) -> Story:
        call = told.call
        if "made" not in known:
            yield Ask("POST", _CALLS, json=self._call(call), fine=_THERE)
            known["made"] = "yes"
        if told.type is E.CALL_ANSWERED:
            accepted = {"acceptTime": told.timestamp, "agent": self.user(told.agent)}
            yield self._patch(call, accepted)
        elif told.type is E.CALL_ENDED:
            yield self._patch(call, self._end(call))
        elif (sound := told.recording or told.voicemail) and (link := self.link(sound)):
            content: dict[str, Any] = {
                "recordingLocation": link,
                "totalRecordingDuration": round(sound.duration_s),
                **self._end(call),
            }
            yield self._patch(call, content)

    def check(self) -> Story:
        """Asks for a call that is not there: that is said only to those whom they know."""
        yield self._patch_of("check", {"isActiveCall": False}, frozenset({400, 404}))

    def _call(self, call: Call) -> dict[str, Any]:
        return {
            "callCenterApiName": self.options.call_center,
            "vendorCallKey": call.id,
            "to": call.callee,
            "from": call.caller,
            "initiationMethod": "Inbound" if call.inbound else "Outbound",
            "startTime": call.offered_at,
            "participants": [{"participantKey": call.customer, "type": "END_USER"}],
            **({"queue": call.queue} if call.queue else {}),
        }

    def _end(self, call: Call) -> dict[str, Any]:
        failed = call.reason in (Reason.LEG_FAILED, Reason.NO_MEDIA, Reason.WORKER_LOST)
        return {
            "endTime": call.ended_at,
            "isActiveCall": False,
            "agent": self.user(call.agent),
            "totalHoldDuration": round(call.held_s),
            "agentInteractionDuration": round(call.talked_s),
            "disconnectReason": {"value": str(call.reason), "isError": failed},
        }

    def _patch(self, call: Call, content: dict[str, Any]) -> Ask:
        return self._patch_of(call.id, content)

    def _patch_of(
        self, key: str, content: dict[str, Any], fine: frozenset[int] = frozenset()
    ) -> Ask:
        wanted = {name: value for name, value in content.items() if value not in ("", None)}
        return Ask("PATCH", f"{_CALLS}/{key}", json=wanted, fine=fine)


def _signed(claims: dict[str, Any], pem: str) -> str:
    """A JSON Web Token, RS256 (RFC 7519). Raises ``ConfigError``."""
    try:
        # Proving that its numbers are primes takes 70 ms, which every call would feel, and tells
        # nothing that Salesforce would not say.
        key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("private_key: is no PEM of a key without a passphrase") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("private_key: is no RSA key")
    parts: tuple[dict[str, Any], ...] = ({"alg": "RS256", "typ": "JWT"}, claims)
    text = ".".join(_coded(msgspec.json.encode(part)) for part in parts)
    return f"{text}.{_coded(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
