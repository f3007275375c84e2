"""How a torture message is written down, and what has to become of it."""

from dataclasses import dataclass

SDP = (
    "v=0\r\no=caller 29739 7272939 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
    "m=audio 49217 RTP/AVP 0\r\n"
)

FORWARDED = 1  # to the worker of the call
DROPPED = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One message. ``section`` is that of RFC 4475, ``outcome`` the status the door answers with,
    ``FORWARDED`` or ``DROPPED``. ``kept`` are texts that must reach the worker as they are."""

    name: str
    section: str
    data: bytes
    outcome: int
    kept: tuple[str, ...] = ()


def case(
    name: str,
    section: str,
    outcome: int,
    text: str | bytes,
    body: str | bytes = "",
    kept: tuple[str, ...] = (),
) -> Case:
    """``text`` has one line of the message per line. A line that goes on is continued with a
    backslash. ``@len@`` is the length of the body."""
    head = text.encode() if isinstance(text, str) else text
    content = body.encode() if isinstance(body, str) else body
    head = head.lstrip(b"\n").rstrip(b"\n").replace(b"\\\n", b"").replace(b"\n", b"\r\n")
    head = head.replace(b"@len@", str(len(content)).encode())
    return Case(name, section, head + b"\r\n\r\n" + content, outcome, kept)
