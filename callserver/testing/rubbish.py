"""SIP that is nearly right: good messages, and the damage that fuzzing does to them. All chance
comes from one ``Random``, so a seed says everything."""

import itertools
import re
from dataclasses import dataclass
from random import Random

SDP = """\
v=0
o=- 1 1 IN IP4 {host}
s=-
c=IN IP4 {host}
t=0 0
m=audio 4000 RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
"""
MULTIPART = f"""\
--b
Content-Type: application/sdp

{SDP}
--b
Content-Type: text/plain
Content-Disposition: render;handling=optional

x
--b--
"""
BODIES = {"sdp": SDP, "multipart": MULTIPART, "dtmf": "Signal=1\nDuration=160\n"}

# Start lines and what makes each special. {door} is where we listen, {line} a number we answer;
# "body" and "in" (a dialog: To has a tag) are for :func:`good`.
KINDS = """\
INVITE sip:{line}@{door} SIP/2.0
Content-Type: application/sdp
Supported: replaces, timer
body sdp

INVITE sip:{line}@{door} SIP/2.0
Content-Type: multipart/mixed;boundary="b"
body multipart

INVITE tel:+371;phone-context=+1 SIP/2.0
Content-Type: application/sdp
P-Asserted-Identity: "Jane" <tel:+371>, <sip:jane@{at}>
body sdp

INVITE sip:{line}@{door} SIP/2.0
Content-Type: application/sdp
Record-Route: <sip:{at};lr>, <sip:p;lr>
body sdp

INVITE sips:{line}@{door} SIP/2.0
Replaces: a;to-tag=b;from-tag=c
in

ACK sip:{line}@{door} SIP/2.0
in

BYE sip:w1@{door} SIP/2.0
Reason: Q.850;cause=16;text="Terminated"
in

CANCEL sip:{line}@{door} SIP/2.0

REGISTER sip:{door} SIP/2.0
Expires: 300
Authorization: Digest username="anna", realm="callserver", nonce="5f.0.0",
 uri="sip:callserver", response="00000000000000000000000000000000", algorithm=MD5,
 cnonce="c0ffee", qop=auth, nc=00000001

REGISTER sip:{door} SIP/2.0
Contact: *
Expires: 0

REGISTER sip:{door} SIP/2.0
Contact: "A" <sip:a@{at};transport=tcp>;expires=60;q=0.5, sip:b@{at}

OPTIONS sip:{door} SIP/2.0
Require: a, b
Accept: application/sdp, */*;q=0.1

SUBSCRIBE sip:{line}@{door} SIP/2.0
Event: presence

REFER sip:w1@{door} SIP/2.0
Refer-To: <sip:b@{at}?Replaces=a%3Bto-tag%3Db>
in

INFO sip:w1@{door} SIP/2.0
Content-Type: application/dtmf-relay
in
body dtmf

SIP/2.0 200 OK
Content-Type: application/sdp
Record-Route: <sip:{at};lr>
in
body sdp

SIP/2.0 180 Ringing
RSeq: 1
Require: 100rel
in

SIP/2.0 401 Unauthorized
WWW-Authenticate: Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth,auth-int"
in
"""
_KINDS = tuple(tuple(kind.strip("\n").split("\n")) for kind in KINDS.split("\n\n"))


@dataclass(frozen=True, slots=True)
class Place:
    """Who speaks to whom: ``at`` and ``door`` are ``host:port``."""

    at: str
    door: str = "127.0.0.1:5060"
    line: str = "100"
    transport: str = "UDP"


def good(place: Place, number: int) -> bytes:
    """A correct message; ``number`` says of which kind and makes it another one than all others."""
    kind = [line.format(**_words(place)) for line in _KINDS[number % len(_KINDS)]]
    start, lines = kind[0], [line for line in kind[1:] if ":" in line or line.startswith(" ")]
    text = next((BODIES[line[5:]] for line in kind if line.startswith("body ")), "")
    body = text.format(**_words(place)).replace("\n", "\r\n")
    method = "INVITE" if start.startswith("SIP/") else start.split()[0]
    via = place.door if start.startswith("SIP/") else place.at
    if not any(line.startswith("Contact:") for line in lines):
        lines.append(f"Contact: <sip:f{number}@{place.at}>")
    head = [
        start,
        f"Via: SIP/2.0/{place.transport} {via};rport;branch=z9hG4bKw.w1.{number}",
        "Max-Forwards: 70",
        f'From: "Jane Doe" <sip:+37120000012@{place.at}>;tag=f{number}',
        f"To: <sip:{place.line}@{place.door}>{';tag=x' if 'in' in kind else ''}",
        f"Call-ID: fuzz-{number}@{place.at}",
        f"CSeq: {number % 1000 + 1} {method}",
        *lines,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def _words(place: Place) -> dict[str, str]:
    host = place.at.partition(":")[0]
    return {"door": place.door, "line": place.line, "at": place.at, "host": host}


def sdp(place: Place) -> str:
    """An offer of sound."""
    return SDP.format(**_words(place)).replace("\n", "\r\n")


def seeds() -> list[bytes]:
    """One of each kind."""
    place = Place("192.0.2.7:5070")
    return [good(place, number) for number in range(len(_KINDS))]


_PIECES = (
    *(
        rb""", ; ;; : = " \ \" < > <> ( ) @ ? & % %00 * -1 0 65536 4294967296 99999999999999999999
        sip: sips: tel: SIP/2.0 z9hG4bK [::1] 127.0.0.1 1.2.3.4 ;lr ;transport=tls ;maddr=1.2.3.4
        %78-hop=udp*127.0.0.1*5060 ;x-hop=tls*a*1*s ;tag= ;branch=z9hG4bK ;rport=0 ;received=::1
        """
    ).split(),
    *(b"\r\n", b"\r\n ", b"\r\n\t", b"\r", b"\n", b"\0", b"\x7f", b"\r\n\r\n", b" ", b"\t"),
    *(b"\xff\xfe", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"v: ", b"l: -1\r\n"),
    *(b"Content-Length: 5\r\n", b"Max-Forwards: 0\r\n", b"Expires: 4294967295\r\n"),
    *(b"m=audio 0 RTP/AVP\r\n", b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"),
)
_NUMBER = re.compile(rb"\d+")
_LONGEST = 3000


class Damage:
    """Does one to four kinds of damage to a message."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._kinds = (
            self._flip,
            self._cut,
            self._insert,
            self._insert,
            self._repeat,
            self._renumber,
            self._renumber,
            self._lose_line,
            self._copy_line,
            self._mix_lines,
            self._lengthen,
        )

    def done_to(self, data: bytes) -> bytes:
        """The message, damaged."""
        for _ in range(self._random.randint(1, 4)):
            data = self._random.choice(self._kinds)(data)
        return data

    def _place(self, data: bytes) -> int:
        return self._random.randint(0, len(data))

    def _flip(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + self._random.randbytes(1) + data[at + 1 :]

    def _cut(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + data[at + self._random.choice((1, 2, 10, 100)) :]

    def _insert(self, data: bytes) -> bytes:
        at = self._place(data)
        return data[:at] + self._random.choice(_PIECES) + data[at:]

    def _repeat(self, data: bytes) -> bytes:
        at = self._place(data)
        piece = data[at : at + self._random.randint(1, 40)]
        return data[:at] + piece * self._random.choice((2, 3, 50)) + data[at:]

    def _renumber(self, data: bytes) -> bytes:
        found = list(_NUMBER.finditer(data))
        if not found:
            return data
        one = self._random.choice(found)
        number = self._random.choice((b"0", b"-1", b"1", b"255", b"65535", b"65536", b"4" * 20))
        return data[: one.start()] + number + data[one.end() :]

    def _lose_line(self, data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        del lines[self._random.randrange(len(lines))]
        return b"\r\n".join(lines)

    def _copy_line(self, data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        line = self._random.choice(lines)
        times = self._random.choice((1, 1, 2, 70))
        lines[self._random.randint(0, len(lines)) : 0] = itertools.repeat(line, times)
        return b"\r\n".join(lines)

    def _mix_lines(self, data: bytes) -> bytes:
        start, *lines = data.split(b"\r\n")
        self._random.shuffle(lines)
        return b"\r\n".join([start, *lines])

    def _lengthen(self, data: bytes) -> bytes:
        at = self._place(data)
        return (
            data[:at]
            + self._random.choice(_PIECES)[:1] * self._random.randint(1, _LONGEST)
            + data[at:]
        )
