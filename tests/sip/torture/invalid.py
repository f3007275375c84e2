"""RFC 4475 section 3.1.2: messages with a mistake in their syntax."""

from tests.sip.torture.case import DROPPED, FORWARDED, SDP, case

INVALID = (
    case(
        "badinv01",
        "3.1.2.1",
        400,
        """
INVITE sip:user@example.com SIP/2.0
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-badinv01
Max-Forwards: 7
Call-ID: badinv01-1@caller.example
CSeq: 9 INVITE
Via: SIP/2.0/UDP 192.0.2.15;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;
Content-Length: @len@
Content-Type: application/sdp
""",
        SDP,
    ),
    case(
        "clerr",
        "3.1.2.2",
        400,
        """
INVITE sip:user@example.com SIP/2.0
Max-Forwards: 80
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-clerr
Contact: <sip:caller@busy.example.net>
Call-ID: clerr-1@caller.example
CSeq: 9 INVITE
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-clerr-1
Content-Type: application/sdp
Content-Length: 9999
""",
        SDP,
    ),
    case(
        "ncl",
        "3.1.2.3",
        400,
        """
INVITE sip:user@example.com SIP/2.0
Max-Forwards: 254
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-ncl
Call-ID: ncl-1@caller.example
CSeq: 0 INVITE
Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bK-ncl-1
Contact: <sip:caller@example53.example.net>
Content-Type: application/sdp
Content-Length: -999
""",
        SDP,
    ),
    case(
        "scalar02",
        "3.1.2.4",
        400,
        f"""
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK-scalar02-1
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=a-scalar02
CSeq: 36893488147419103232 REGISTER
Call-ID: scalar02-1@caller.example
Max-Forwards: 300
Expires: 1{"0" * 100}
Contact: <sip:user@host129.example.com>;expires=987654321098765
Content-Length: 0
""",
    ),
    case(
        "scalarlg",
        "3.1.2.5",
        DROPPED,
        """
SIP/2.0 503 Service Unavailable
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK-scalarlg-1;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:other@example.net>;tag=a-scalarlg
CSeq: 9292394834772304023312 OPTIONS
Call-ID: scalarlg-1@caller.example
Retry-After: 123456789012345678901234567
Warning: 1867 overture "In Progress"
Content-Length: 0
""",
    ),
    case(
        "quotbal",
        "3.1.2.6",
        400,
        """
INVITE sip:user@example.com SIP/2.0
To: "Mr. A. Caller <sip:a.caller@example.com>
From: sip:caller@example.net;tag=a-quotbal
Max-Forwards: 10
Call-ID: quotbal-1@caller.example
Contact: <sip:caller@host59.example.net>
CSeq: 9 INVITE
Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bK-quotbal-1
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "ltgtruri",
        "3.1.2.7",
        400,
        """
INVITE <sip:user@example.com> SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-ltgtruri
Max-Forwards: 23
Call-ID: ltgtruri-1@caller.example
CSeq: 2 INVITE
Via: SIP/2.0/UDP 192.0.2.5
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "lwsruri",
        "3.1.2.8",
        400,
        """
INVITE sip:user@example.com; lr SIP/2.0
To: sip:user@example.com;tag=a-lwsruri
From: sip:caller@example.net;tag=b-lwsruri
Max-Forwards: 5
Call-ID: lwsruri-1@caller.example
CSeq: 2130706432 INVITE
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-lwsruri-1
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "lwsstart",
        "3.1.2.9",
        400,
        """
INVITE  sip:user@example.com  SIP/2.0
Max-Forwards: 8
To: sip:user@example.com
From: sip:caller@example.net;tag=a-lwsstart
Call-ID: lwsstart-1@caller.example
CSeq: 57 INVITE
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bK-lwsstart-1
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "trws",
        "3.1.2.10",
        400,
        "OPTIONS sip:remote-target@example.com SIP/2.0  \n"
        "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-trws-1\n"
        "To: <sip:remote-target@example.com>\n"
        "From: <sip:local-resource@example.com>;tag=a-trws\n"
        "Call-ID: trws-1@caller.example\n"
        "Accept: application/sdp\n"
        "CSeq: 13 OPTIONS\n"
        "Max-Forwards: 70\n"
        "Content-Length: 0",
    ),
    case(
        "escruri",
        "3.1.2.11",
        400,
        """
INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-escruri
Max-Forwards: 7
Contact: <sip:caller@host39923.example.net>
Call-ID: escruri-1@caller.example
CSeq: 63 INVITE
Via: SIP/2.0/UDP host11.example.com;branch=z9hG4bK-escruri-1
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "baddate",
        "3.1.2.12",
        FORWARDED,  # "ignore the Date ... when it has no use for it"
        """
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=a-baddate
Max-Forwards: 70
Call-ID: baddate-1@caller.example
CSeq: 15 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bK-baddate-1
Date: Mon, 23 Nov 2026 09:00:00 EST
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
    ),
    case(
        "regbadct",
        "3.1.2.13",
        400,
        """
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=a-regbadct
Max-Forwards: 70
Call-ID: regbadct-1@caller.example
CSeq: 2 REGISTER
Via: SIP/2.0/UDP 192.0.2.133:5060;branch=z9hG4bK-regbadct-1
Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E
l: 0
""",
    ),
    case(
        "badaspec",
        "3.1.2.14",
        400,
        """
OPTIONS sip:user@example.org SIP/2.0
Via: SIP/2.0/UDP host4.example.com:5060;branch=z9hG4bK-badaspec-1
Max-Forwards: 70
From: "Berzina, Anna" <sip:anna.berzina@example.com>;tag=a-badaspec
To: "Kalnins, Janis" < sip:janis.kalnins@example.org >
Call-ID: badaspec-1@caller.example
Accept: application/sdp
CSeq: 75 OPTIONS
l: 0
""",
    ),
    case(
        "baddn",
        "3.1.2.15",
        200,  # the quotes are inferred, and set before such a name goes on
        """
OPTIONS sip:janis.kalnins@example.org SIP/2.0
Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bK-baddn-1
Max-Forwards:      70
From:    Berzina, Anna <sip:anna.berzina@example.com>;tag=a-baddn
To:      Kalnins, Janis <sip:janis.kalnins@example.org>
Call-ID: baddn-1@caller.example
Accept: application/sdp
CSeq:    75 OPTIONS
l: 0
""",
    ),
    case(
        "badvers",
        "3.1.2.16",
        505,
        """
OPTIONS sip:janis.kalnins@example.org SIP/7.0
Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bK-badvers-1
Max-Forwards:     70
From:    A. Berzina <sip:anna.berzina@example.com>;tag=a-badvers
To:      J. Kalnins <sip:janis.kalnins@example.org>
Call-ID: badvers-1@caller.example
CSeq:    2 OPTIONS
l: 0
""",
    ),
    case(
        "mismatch01",
        "3.1.2.17",
        400,
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-mismatch01
Max-Forwards: 6
Call-ID: mismatch01-1@caller.example
CSeq: 9 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bK-mismatch01-1
l: 0
""",
    ),
    case(
        "mismatch02",
        "3.1.2.18",
        400,
        """
NEWMETHOD sip:user@example.com SIP/2.0
To: sip:a.caller@example.com
From: sip:caller@example.net;tag=a-mismatch02
Max-Forwards: 6
Call-ID: mismatch02-1@caller.example
CSeq: 9 INVITE
Contact: <sip:caller@host.example.net>
Via: SIP/2.0/UDP host.example.net;branch=z9hG4bK-mismatch02-1
Content-Type: application/sdp
l: @len@
""",
        SDP,
    ),
    case(
        "bigcode",
        "3.1.2.19",
        DROPPED,
        """
SIP/2.0 4294967301 far too much
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK-bigcode-1
Call-ID: bigcode-1@caller.example
CSeq: 27 INVITE
From: <sip:user@example.com>;tag=a-bigcode
To: <sip:user@example.edu>;tag=b-bigcode
Content-Length: 0
Contact: <sip:user@host105.example.com>
""",
    ),
)
