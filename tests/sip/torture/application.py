"""RFC 4475 section 3.3: well-formed, and still not what an element can do."""

from tests.sip.torture.case import DROPPED, SDP, case

APPLICATION = (
    case(
        "insuf",
        "3.3.1",
        400,
        """
INVITE sip:user@example.com SIP/2.0
CSeq: 40 INVITE
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bK-insuf-1
Content-Type: application/sdp
l: @len@
""",
        SDP,
    ),
    case(
        "unkscm",
        "3.3.2",
        416,
        """
OPTIONS unheardof:of-anything-at-all SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-unkscm
Max-Forwards: 3
Call-ID: unkscm-1@caller.example
CSeq: 65 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bK-unkscm-1
Content-Length: 0
""",
    ),
    case(
        "novelsc",
        "3.3.3",
        416,
        """
OPTIONS gopher://192.0.2.103:70/1 SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-novelsc
Max-Forwards: 3
Call-ID: novelsc-1@caller.example
CSeq: 65 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bK-novelsc-1
Content-Length: 0
""",
    ),
    case(
        "unksm2",
        "3.3.4",
        400,
        """
REGISTER sip:example.com SIP/2.0
To: isbn:9789934000000
From: <http://www.example.com>;tag=a-unksm2
Call-ID: unksm2-1@caller.example
CSeq: 66 REGISTER
Max-Forwards: 70
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bK-unksm2-1
Contact: <name:Anna_Berzina>
l: 0
""",
    ),
    case(
        "bext01",
        "3.3.5",
        420,
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:a_caller@example.com
From: sip:caller@example.net;tag=a-bext01
Max-Forwards: 6
Call-ID: bext01-1@caller.example
Require: telepathy, time-travel
Proxy-Require: mind-reading, levitation
CSeq: 9 OPTIONS
Via: SIP/2.0/TLS host5.example.com;branch=z9hG4bK-bext01-1
Content-Length: 0
""",
    ),
    case(
        "invut",
        "3.3.6",
        415,
        """
INVITE sip:user@example.com SIP/2.0
Contact: <sip:caller@host5.example.net>
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-invut
Max-Forwards: 70
Call-ID: invut-1@caller.example
CSeq: 30 INVITE
Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bK-invut-1
Content-Type: application/x-unheard-of
Content-Length: @len@
""",
        "<audio>\r\n <pcmu port='443'/>\r\n</audio>\r\n",
    ),
    case(
        "regaut01",
        "3.3.7",
        401,
        """
REGISTER sip:example.com SIP/2.0
To: sip:a.caller@example.com
From: sip:a.caller@example.com;tag=a-regaut01
Max-Forwards: 8
Call-ID: regaut01-1@caller.example
CSeq: 27 REGISTER
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bK-regaut01-1
Authorization: Handshake grip=firm
Content-Length: 0
""",
    ),
    case(
        "multi01",
        "3.3.8",
        400,
        """
INVITE sip:user@company.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bK-multi01-1
Max-Forwards: 70
CSeq: 6 INVITE
Call-ID: multi01-1@caller.example
CSeq: 60 INVITE
Call-ID: multi01-2@caller.example
From: sip:caller@example.com;tag=a-multi01
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=b-multi01
Content-Type: application/sdp
l: @len@
Contact: <sip:caller@host36.example.net>
Max-Forwards: 5
""",
        SDP,
    ),
    case(
        "mcl01",
        "3.3.9",
        400,
        """
OPTIONS sip:user@example.com SIP/2.0
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK-mcl01-1
To: sip:user@example.com
From: sip:other@example.net;tag=a-mcl01
Call-ID: mcl01-1@caller.example
CSeq: 25 OPTIONS
Content-Length: 13
Max-Forwards: 60
Content-Length: 5
Content-Type: text/plain
""",
        "Nobody can tell where this ends.",
    ),
    case(
        "bcast",
        "3.3.10",
        DROPPED,
        """
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK-bcast-1
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK-bcast-2
Call-ID: bcast-1@caller.example
CSeq: 36 INVITE
From: sip:user@example.com;tag=a-bcast
To: sip:user@example.edu;tag=b-bcast
Content-Length: @len@
Content-Type: application/sdp
Contact: <sip:user@host28.example.com>
""",
        SDP,
    ),
    case(
        "zeromf",
        "3.3.11",
        200,  # it is for us, there is no hop to come
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-zeromf
Call-ID: zeromf-1@caller.example
CSeq: 53 OPTIONS
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bK-zeromf-1
Max-Forwards: 0
Content-Length: 0
""",
    ),
    case(
        "cparam01",
        "3.3.12",
        401,
        """
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP desk.example.com:5060;branch=z9hG4bK-cparam01-1
Max-Forwards: 70
From: sip:janis@example.com;tag=a-cparam01
To: sip:janis@example.com
Call-ID: cparam01-1@caller.example
CSeq: 3 REGISTER
Contact: sip:+37120000077@gw1.example.net;unknownparam
l: 0
""",
    ),
    case(
        "cparam02",
        "3.3.13",
        401,
        """
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP desk.example.com:5060;branch=z9hG4bK-cparam02-1
Max-Forwards: 70
From: sip:janis@example.com;tag=a-cparam02
To: sip:janis@example.com
Call-ID: cparam02-1@caller.example
CSeq: 4 REGISTER
Contact: <sip:+37120000077@gw1.example.net;unknownparam>
l: 0
""",
    ),
    case(
        "regescrt",
        "3.3.14",
        401,
        """
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=a-regescrt
Max-Forwards: 70
Call-ID: regescrt-1@caller.example
CSeq: 40 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-regescrt-1
M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>
L:0
""",
    ),
    case(
        "sdp01",
        "3.3.15",
        406,
        """
INVITE sip:user@example.com SIP/2.0
To: sip:a_caller@example.com
Contact: <sip:caller@host15.example.net>
From: sip:caller@example.net;tag=a-sdp01
Max-Forwards: 5
Call-ID: sdp01-1@caller.example
Accept: text/runes
CSeq: 9 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK-sdp01-1
Content-Length: @len@
Content-Type: application/sdp
""",
        SDP,
    ),
)
