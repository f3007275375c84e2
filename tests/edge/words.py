"""What scripted peers say: complete messages of a phone, a trunk or a worker."""

import hashlib
import re

from callserver.sip.message import Request, Response

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n"
)


def compose(start: str, *lines: str, body: str = "") -> bytes:
    head = "\r\n".join((start, *lines, f"Content-Length: {len(body)}"))
    return f"{head}\r\n\r\n{body}".encode()


def ask(
    method: str,
    target: str,
    at: str,
    *more: str,
    transport: str = "UDP",
    branch: str = "1",
    user: str = "+37120000012",
    tag: str = "peer",
    to: str = "",
    call_id: str = "call-1",
    cseq: int = 1,
    body: str = "",
) -> bytes:
    """A request of a peer that listens ``at`` host:port."""
    lines = [
        f"Via: SIP/2.0/{transport} {at};branch=z9hG4bK-{branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{at.partition(':')[0]}>;tag={tag}",
        f"To: {to or f'<{target}>'}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        *more,
    ]
    if not any(line.startswith("Contact") for line in more):
        lines.append(f"Contact: <sip:{user}@{at}>")
    return compose(f"{method} {target} SIP/2.0", *lines, body=body)


def reply(to: Request, code: int, *more: str, tag: str = "us", body: str = "") -> bytes:
    """A user agent's response to what it heard."""
    to_value = to.headers["To"] if to.to_tag else f"{to.headers['To']};tag={tag}"
    return compose(
        f"SIP/2.0 {code} Because",
        *(f"Via: {via}" for via in to.vias),
        *(f"Record-Route: {route}" for route in to.headers.getlist("Record-Route")),
        f"From: {to.headers['From']}",
        f"To: {to_value}",
        f"Call-ID: {to.call_id}",
        f"CSeq: {to.cseq} {to.method}",
        *more,
        body=body,
    )


def credentials(
    challenge: Response,
    method: str,
    username: str,
    password: str,
    algorithm: str = "SHA-256",
    nc: int = 1,
) -> str:
    """An Authorization line, computed with hashlib only."""
    value = next(
        value
        for value in challenge.headers.getlist("WWW-Authenticate")
        if f"algorithm={algorithm}" in value
    )
    realm, nonce = (re.findall(rf'{name}="([^"]+)"', value)[0] for name in ("realm", "nonce"))
    hashed = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def h(text: str) -> str:
        return hashed(text.encode()).hexdigest()

    first, second = h(f"{username}:{realm}:{password}"), h(f"{method}:sip:callserver")
    response = h(f"{first}:{nonce}:{nc:08x}:c0ffee:auth:{second}")
    return (
        f'Authorization: Digest username="{username}", realm="{realm}", nonce="{nonce}", '
        f'uri="sip:callserver", response="{response}", algorithm={algorithm}, cnonce="c0ffee", '
        f"qop=auth, nc={nc:08x}"
    )
