"""HTTP Digest access authentication for SIP (RFC 3261 22, RFC 7616, RFC 8760)."""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Algorithm(StrEnum):
    """The hash functions we offer; the value is the word on the wire."""

    MD5 = "MD5"
    SHA256 = "SHA-256"


def digest(algorithm: Algorithm, text: str) -> str:
    """Return H(text) of RFC 7616 as lower-case hex."""
    data = text.encode("utf-8")
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def ha1(username: str, realm: str, password: str, algorithm: Algorithm) -> str:
    """Return H(username:realm:password), the only form of a password we keep."""
    return digest(algorithm, f"{username}:{realm}:{password}")
