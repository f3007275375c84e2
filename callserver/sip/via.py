"""Via: the way an answer takes (RFC 3261 sections 18.2 and 20.42, RFC 3581)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from callserver.sip.errors import SipError
from callserver.sip.hop import DEFAULT_PORT, DEFAULT_TLS_PORT, Hop
from callserver.sip.text import params

MAGIC = "z9hG4bK"
MAX_VIA_CHARS = 1024

_VIA = re.compile(
    r"SIP\s*+/\s*+2\.0\s*+/\s*+([A-Za-z0-9.!%*_+`'~-]{1,16})\s++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._-]++)(?:\s*+:\s*+(\d{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
# Version and parameters may be anything; the branch is kept when nothing odd stands before it.
_ANY_VIA = re.compile(
    r"SIP\s*+/\s*+\d++\.\d++\s*+/\s*+([A-Za-z]{1,16}\s++[^\s,;]++(?:\s*+;\s*+[\w.!%*+`'~=-]++)*+)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Via:
    """One Via value; parameter values are kept to the letter."""

    transport: str
    host: str
    port: int | None
    params: dict[str, str | None]

    @classmethod
    def parse(cls, value: str) -> Via:
        """Raises :class:`SipError`."""
        found = _VIA.match(value)
        if found is None or len(value) > MAX_VIA_CHARS:
            raise SipError(400, "Bad Via")
        port = int(found[3]) if found[3] else None
        if port is not None and not 0 < port < 65536:
            raise SipError(400, "Bad Via")
        return cls(found[1].upper(), found[2], port, params(value, found.end()))

    @classmethod
    def salvage(cls, line: str) -> Via | None:
        """What can be understood of the first value of a bad line; None: nothing."""
        found = _ANY_VIA.match(line)
        if found is None:
            return None
        try:
            return cls.parse(f"SIP/2.0/{found[1]}")
        except SipError:
            return None

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        rest = "".join(
            f";{name}" if value is None else f";{name}={value}"
            for name, value in self.params.items()
        )
        return f"SIP/2.0/{self.transport} {self.host}{port}{rest}"

    @property
    def branch(self) -> str:
        """The branch, or empty."""
        return self.params.get("branch") or ""

    def is_at(self, place: str) -> bool:
        """Whether its sent-by is ``host:port``."""
        default = DEFAULT_TLS_PORT if self.transport == "TLS" else DEFAULT_PORT
        return f"{self.host}:{self.port or default}" == place

    def stamped(self, source: Hop) -> tuple[Via, Hop]:
        """The value with ``received`` and ``rport`` as seen by us, and where answers go."""
        wants_port = "rport" in self.params
        kept = {
            name: value for name, value in self.params.items() if name not in ("received", "rport")
        }
        if wants_port:
            kept["rport"] = str(source.port)
        if wants_port or self.host != source.host:
            kept["received"] = source.host
        back = source
        if not source.is_stream and not wants_port:
            back = Hop(source.transport, source.host, self.port or DEFAULT_PORT)
        return Via(self.transport, self.host, self.port, kept), back
