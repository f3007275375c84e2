"""Messages to start from: each is correct, tests change what they are about."""

SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n"
)


def message(start: str, *lines: str, body: str = "") -> bytes:
    """Bytes of a message; Content-Length is added unless a line has it."""
    if not any(line.lower().startswith(("content-length", "l:")) for line in lines):
        lines = (*lines, f"Content-Length: {len(body.encode())}")
    return ("\r\n".join((start, *lines)) + "\r\n\r\n" + body).encode()


def request(
    method: str = "INVITE",
    target: str = "sip:100@192.0.2.1:5060",
    *more: str,
    via: str = "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-1;rport",
    sender: str = '"Jane Doe" <sip:+37120000012@192.0.2.7>;tag=peer1',
    to: str = "<sip:100@192.0.2.1>",
    call_id: str = "call-1@192.0.2.7",
    cseq: int = 1,
    contact: str = "<sip:jane@192.0.2.7:5070>",
    body: str = "",
) -> bytes:
    """A request of a peer at 192.0.2.7:5070."""
    lines = [
        f"Via: {via}",
        "Max-Forwards: 70",
        f"From: {sender}",
        f"To: {to}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
    ]
    if contact:
        lines.append(f"Contact: {contact}")
    return message(f"{method} {target} SIP/2.0", *lines, *more, body=body)
