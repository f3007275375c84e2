"""Nonces that verify themselves, age, and count (RFC 7616 sections 3.3 and 3.4.5). Each is made for
one address: who answers with it, has heard it there."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict

MAX_COUNTED = 10_000


class Nonces:
    """Issues and checks nonces. Only nonces that a right password was used with are remembered,
    so a stranger cannot fill the memory; the oldest are forgotten beyond ``MAX_COUNTED``."""

    def __init__(self, secret: bytes, ttl_s: float) -> None:
        self._secret = secret
        self._ttl_s = ttl_s
        self._used: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def issue(self, host: str, now: float) -> str:
        """A new nonce for whoever is at this address."""
        seed = f"{int(now):x}.{secrets.token_hex(8)}"
        return f"{seed}.{self._seal(seed, host)}"

    def _seal(self, seed: str, host: str) -> str:
        text = f"{seed} {host}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]

    def is_fresh(self, nonce: str, host: str, now: float) -> bool:
        """Whether it is one of ours, made for this address, and young enough."""
        seed, _, seal = nonce.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(seed, host).encode()):
            return False
        return 0 <= now - int(seed.partition(".")[0], 16) + 1 <= self._ttl_s + 1

    def count(self, nonce: str, number: int, request: str) -> bool:
        """Whether this nonce count is new. ``request`` identifies the request it came with: the
        same request again is a retransmission and passes, another one is a replay."""
        last, known = self._used.get(nonce, (0, ""))
        if number < last or (number == last and request != known):
            return False
        self._used[nonce] = (number, request)
        self._used.move_to_end(nonce)
        if len(self._used) > MAX_COUNTED:
            self._used.popitem(last=False)
        return True
