"""A stranger's voice: says what is nearly SIP, to order, and listens just enough to do harm. It
acknowledges calls that are taken and goes on in their dialogs; it may know a password. No sockets.
"""

import itertools
import re
from collections import deque
from dataclasses import dataclass
from random import Random

from callserver.sip.digest import Algorithm, digest, ha1
from callserver.testing.rubbish import Damage, Place, good, sdp

UNDAMAGED = 0.1  # so that some of it gets far
IN_DIALOG = 0.3
MAX_DIALOGS = 20
MAX_BYTES = 32_000  # of a datagram

_METHODS = ("INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "OPTIONS", "MESSAGE", "PRACK", "BYE")
_LINES = {
    "REFER": "Refer-To: <sip:+37120000012@127.0.0.1>",
    "NOTIFY": "Event: refer\r\nSubscription-State: active",
    "INFO": "Content-Type: application/dtmf-relay",
    "PRACK": "RAck: 1 1 INVITE",
}
_NONCE = re.compile(rb'realm="([^"]+)", nonce="([^"]+)", algorithm=MD5')
_ANSWERED = re.compile(rb"SIP/2\.0 200 .*\r\nCSeq: *(\d+) INVITE\r\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Account:
    """An agent whose password has been stolen."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class _Dialog:
    """A call that was taken: what its later requests must carry."""

    target: str
    sender: str
    to: str
    call_id: str
    cseq: int


class Voice:
    """Speaks from one socket, at ``place``; all chance comes from ``random``."""

    def __init__(self, place: Place, random: Random, account: Account | None = None) -> None:
        self._place = place
        self._random = random
        self._damage = Damage(random)
        self._account = account
        self._numbers = itertools.count(random.randrange(10**9))
        self._dialogs: deque[_Dialog] = deque(maxlen=MAX_DIALOGS)
        self._asked: tuple[str, str] | None = None
        self._counted = 0

    def words(self) -> bytes:
        """What is said next."""
        if self._dialogs and self._random.random() < IN_DIALOG:
            data = self._go_on(self._random.choice(self._dialogs))
        else:
            data = good(self._place, next(self._numbers))
        proof = self._proof(data)
        if self._random.random() > UNDAMAGED:
            data = self._damage.done_to(data)
        return (data.replace(b"\r\n", proof, 1) if proof else data)[:MAX_BYTES]

    def hear(self, data: bytes) -> bytes:
        """Something was answered; what has to be said at once (an ACK), or nothing."""
        found = _NONCE.search(data)
        if found is not None:
            self._asked, self._counted = (found[1].decode(), found[2].decode()), 0
        answered = _ANSWERED.match(data)
        if answered is None:
            return b""
        lines = (line.partition(":") for line in data.decode(errors="replace").split("\r\n"))
        heads = {name.lower(): value.strip() for name, _, value in lines}
        try:
            dialog = _Dialog(
                heads["contact"].partition("<")[2].partition(">")[0],
                heads["from"],
                heads["to"],
                heads["call-id"],
                int(answered[1]),
            )
        except KeyError:
            return b""
        if all(one.call_id != dialog.call_id for one in self._dialogs):
            self._dialogs.append(dialog)
        return self._request("ACK", dialog, dialog.cseq, "", "")

    def _go_on(self, dialog: _Dialog) -> bytes:
        """The next request of a call that was taken."""
        method = self._random.choice(_METHODS)
        body = sdp(self._place) if method in ("INVITE", "UPDATE") else ""
        body = "Signal=1\r\nDuration=160\r\n" if method == "INFO" else body
        line = "Content-Type: application/sdp" if method in ("INVITE", "UPDATE") else ""
        cseq = dialog.cseq + next(self._numbers) % 10**6
        return self._request(method, dialog, cseq, _LINES.get(method, line), body)

    def _request(self, method: str, dialog: _Dialog, cseq: int, line: str, body: str) -> bytes:
        place = self._place
        head = [
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/{place.transport} {place.at};rport;branch=z9hG4bK{next(self._numbers)}",
            "Max-Forwards: 70",
            f"From: {dialog.sender}",
            f"To: {dialog.to}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:x@{place.at}>",
            *([line] if line else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(head) + "\r\n\r\n" + body).encode()

    def _proof(self, data: bytes) -> bytes:
        """The line that proves the password, if there is one and the server has asked."""
        if self._account is None or self._asked is None or data.startswith(b"SIP/"):
            return b""
        realm, nonce = self._asked
        self._counted += 1
        name, method, count = self._account.username, data.split()[0].decode(), self._counted
        secret = ha1(name, realm, self._account.password, Algorithm.MD5)
        ha2 = digest(Algorithm.MD5, f"{method}:sip:x")
        response = digest(Algorithm.MD5, f"{secret}:{nonce}:{count:08x}:c:auth:{ha2}")
        return (
            f'\r\nAuthorization: Digest username="{name}", realm="{realm}", nonce="{nonce}", '
            f'uri="sip:x", response="{response}", algorithm=MD5, cnonce="c", qop=auth, '
            f"nc={count:08x}\r\n"
        ).encode()
