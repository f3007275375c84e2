"""Standard Webhooks 1.0 (https://www.standardwebhooks.com): signatures, and how they are checked.

Signed is ``ID.TIMESTAMP.BODY`` with HMAC-SHA256; the header has ``v1,BASE64`` for each secret that
is in use, parted by spaces. A secret is shown as ``whsec_BASE64``.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE_S: Final = 300.0
"""Older (or younger) requests are replays of somebody who listened."""

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"


class Unverified(Exception):
    """The request did not come from whoever holds the secret, or is too old. Cure: compare the
    secret, and the two clocks."""


def shown(secret: bytes) -> str:
    """A secret as people copy it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(id_: str, now: float, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers of a request."""
    stamp = str(int(now))
    marks = (f"v1,{_sign(secret, id_, stamp, body)}" for secret in secrets)
    return {ID: id_, TIMESTAMP: stamp, SIGNATURE: " ".join(marks)}


def verify(given: Mapping[str, str], body: bytes, secret: str, now: float) -> str:
    """The id of a request whose headers (lower case) and body are genuine. Raises
    :class:`Unverified`."""
    id_, stamp, marks = (given.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (id_ and stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        raise Unverified("headers are missing")
    if abs(now - int(stamp)) > TOLERANCE_S:
        raise Unverified("the timestamp is too far from now")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Unverified("the secret is no base64") from None
    wanted = f"v1,{_sign(key, id_, stamp, body)}".encode()
    if not any(hmac.compare_digest(wanted, mark.encode()) for mark in marks.split(" ")):
        raise Unverified("no signature fits")
    return id_


def _sign(secret: bytes, id_: str, stamp: str, body: bytes) -> str:
    content = f"{id_}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
