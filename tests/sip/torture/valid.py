"""RFC 4475 section 3.1.1: odd, and valid all the same; with 3.2, 3.4. The messages are our own, odd
in the ways the RFC describes."""

from tests.sip.torture.case import DROPPED, FORWARDED, SDP, case

_VERY = "very" + "long" * 20
_VIAS = "\n".join(
    f"{('Via', 'v', 'V', 'vIA')[hop % 4]}: SIP/2.0/TCP hop{hop}.example.com"
    for hop in range(33, 0, -1)
)

VALID = (
    case(
        "wsinv",
        "3.1.1.1",
        FORWARDED,
        r"""
INVITE sip:line@desk.example.com;unknownparam SIP/2.0
TO :
 sip:line@desk.example.com ;   tag    = 1918181833n
from   : "J Caller \\\""       <sip:caller@example.com>
  ;
  tag = a-wsinv
MaX-fOrWaRdS: 0068
Call-ID: wsinv-1@caller.example
Content-Length   : @len@
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:caller@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33
""".replace(";   tag    = 1918181833n", ""),  # with a tag of ours it would be in a dialog
        SDP,
        ("UnknownHeaderWithUnusualValue: ;;,,;;,;", '"J Caller \\\\\\""', "q = 0.33"),
    ),
    case(
        "intmeth",
        "3.1.1.2",
        405,
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/"
        "crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n"
        "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n"
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy'
        "?,/;;*@example.com>\n"
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
        ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.\n"
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
        "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n"
        "Max-Forwards: 255\n"
        "extensionHeader-!.%*+_`'~: \ufeff大停電\n"
        "Content-Length: 0",
    ),
    case(
        "esc01",
        "3.1.1.3",
        FORWARDED,
        """
INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=a-esc01
Max-Forwards: 87
i: esc01-1@caller.example
CSeq: 77 INVITE
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK-esc01-1
C: application/sdp
Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
Content-Length: @len@
""",
        SDP,
        ("sip:sips%3Auser%40example.com@example.net", "%6C%72;n%61me=v%61lue%25%34%31"),
    ),
    case(
        "escnull",
        "3.1.1.4",
        401,
        """
REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=a-escnull
Max-Forwards: 70
Call-ID: escnull-1@caller.example
CSeq: 40 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-escnull-1
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0
""",
    ),
    case(
        "esc02",
        "3.1.1.5",
        405,
        """
RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=a-esc02
Call-ID: esc02-1@caller.example
Via: SIP/2.0/TCP host.example.com;rport;branch=z9hG4bK-%zz-esc02
CSeq: 51 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0
""",
    ),
    case(
        "lwsdisp",
        "3.1.1.6",
        200,
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: caller<sip:caller@example.com>;tag=a-lwsdisp
Max-Forwards: 70
Call-ID: lwsdisp-1@caller.example
CSeq: 61 OPTIONS
Via: SIP/2.0/UDP cheap.example.com;branch=z9hG4bK-lwsdisp-1
l: 0
""",
    ),
    case(
        "longreq",
        "3.1.1.7",
        FORWARDED,
        f"""
INVITE sip:user@example.com SIP/2.0
To: "a name of {"extreme" * 10} proportion"<sip:user@example.com:6000;\\
unknownparam1={_VERY}value;long{"long" * 25}name=shortvalue;{_VERY}ParameterNameWithNoValue>
F: sip:amazinglylong{"long" * 5}callername@example.net;tag=12{"982424" * 50}\\
;unknownheaderparam{"long" * 20}name=unknown{_VERY}value;unknown{_VERY}ParameterNameWithNoValue
Call-ID: longreq.one{"really" * 20}longcallid
CSeq: 3882340 INVITE
Unknown-{"Long" * 20}-Name: unknown-{"long" * 20}-value; unknown-{"long" * 20}-parameter-name = \\
unknown-{"long" * 20}-parameter-value
Via: SIP/2.0/TCP sip33.example.com
v: SIP/2.0/TCP sip32.example.com
{_VIAS}
Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very{"long" * 50}branchvalue
Max-Forwards: 70
Contact: <sip:amazinglylong{"long" * 5}callername@host5.example.net>
Content-Type: application/sdp
l: @len@
""",
        SDP,
        (f"tag=12{'982424' * 50}", f"branch=very{'long' * 50}branchvalue", "extreme" * 10),
    ),
    case(
        "dblreq",
        "3.1.1.8",
        401,
        """
REGISTER sip:example.com SIP/2.0
To: sip:a.caller@example.com
From: sip:a.caller@example.com;tag=a-dblreq
Max-Forwards: 8
I: dblreq-1@caller.example
Contact: sip:a.caller@host.example.com
CSeq: 9 REGISTER
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bK-dblreq-1
Content-Length: 0


INVITE sip:joe@example.com SIP/2.0
t: sip:joe@example.com
From: sip:caller@example.net;tag=b-dblreq
Max-Forwards: 8
Call-ID: dblreq-2@caller.example
CSeq: 9 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK-dblreq-2
Content-Type: application/sdp
Content-Length: 150
""",
    ),
    case(
        "semiuri",
        "3.1.1.9",
        200,
        """
OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
To: sip:a_caller@example.com
From: sip:caller@example.org;tag=a-semiuri
Max-Forwards: 3
Call-ID: semiuri-1@caller.example
CSeq: 9 OPTIONS
Accept: application/sdp, application/pkcs7-mime, multipart/mixed, multipart/signed,\\
 message/sip, message/sipfrag
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-semiuri-1
l: 0
""",
    ),
    case(
        "transports",
        "3.1.1.10",
        200,
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: <sip:caller@example.com>;tag=a-transports
Max-Forwards: 70
Call-ID: transports-1@caller.example
Accept: application/sdp
CSeq: 61 OPTIONS
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bK-transports-1
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK-transports-2
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK-transports-3
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bK-transports-4
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK-transports-5
l: 0
""",
    ),
    case(
        "mpart01",
        "3.1.1.11",
        405,
        """
MESSAGE sip:line@example.org SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-mpart01-1;rport
Max-Forwards: 70
Route: <sip:127.0.0.1:5080>
Identity: bm90IGEgc2lnbmF0dXJl
Contact: <sip:anna@127.0.0.1:5070>
To: <sip:line@example.org>
From: <sip:anna@example.com>;tag=a-mpart01
Call-ID: mpart01-1@caller.example
CSeq: 2 MESSAGE
Content-Transfer-Encoding: binary
Content-Type: multipart/mixed;boundary=a-part-of-it
Date: Mon, 23 Nov 2026 09:00:00 GMT
Content-Length: @len@
""",
        b"--a-part-of-it\r\nContent-Type: text/plain\r\n\r\nHello\r\n--a-part-of-it\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n\x30\x82\xff\x00\r\n\r\n\x9a\r\n"
        b"--a-part-of-it--",
    ),
    case(
        "unreason",
        "3.1.1.12",
        DROPPED,  # it answers nothing of ours
        """
SIP/2.0 200 = 2 * 100, что и требовалось доказать
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK-unreason-1
Call-ID: unreason-1@caller.example
CSeq: 36 INVITE
From: sip:user@example.com;tag=a-unreason
To: sip:user@example.edu;tag=b-unreason
Content-Length: @len@
Content-Type: application/sdp
Contact: <sip:user@host198.example.com>
""",
        SDP,
    ),
    case(
        "noreason",
        "3.1.1.13",
        DROPPED,
        "SIP/2.0 100 \n"
        "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK-noreason-1\n"
        "Call-ID: noreason-1@caller.example\n"
        "CSeq: 36 INVITE\n"
        "From: <sip:user@example.com>;tag=a-noreason\n"
        "To: <sip:user@example.edu>;tag=b-noreason\n"
        "Content-Length: 0\n"
        "Contact: <sip:user@host105.example.com>",
    ),
    case(
        "badbranch",
        "3.2.1",
        200,  # we keep no transaction, so the empty identifier is no trouble
        """
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.org;tag=a-badbranch
Max-Forwards: 3
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
Accept: application/sdp
Call-ID: badbranch-1@caller.example
CSeq: 9 OPTIONS
l: 0
""",
    ),
    case(
        "inv2543",
        "3.4.1",
        FORWARDED,
        """
INVITE sip:userb@example.com SIP/2.0
Via: SIP/2.0/UDP oldgw.example.com
From: <sip:+37120000011@old.client.example.net;user=phone>
Record-Route: <sip:userb@example.com;maddr=ss1.example.com>
To: sip:+37120000022@ss1.example.net;user=phone
Call-ID: inv2543-1@caller.example
CSeq: 57 INVITE
Content-Type: application/sdp
Content-Length: @len@
""",
        SDP,
        ("<sip:userb@example.com;maddr=ss1.example.com>",),
    ),
)
