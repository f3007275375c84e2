"""REFER and the NOTIFYs about it, as text (RFC 3515); what it means is the controller's to say."""

from dataclasses import dataclass

MAX_REFER_TO_CHARS = 2000
EXPIRES_S = 60
# Never with the REFER's number (section 2.4.6): PJSIP phones answer 481 to a number that they did
# not give. So a phone may ask for one transfer at a time.
EVENT = "refer"
_SHORT = {"r": "refer-to"}
_PHRASES = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    403: "Forbidden",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}


@dataclass(frozen=True, slots=True)
class Refer:
    """``quiet``: no news wanted (RFC 4488)."""

    cseq: int
    refer_to: str
    quiet: bool


def read(message: str) -> Refer | None:
    """What a REFER says; None: it must be answered with 400 (section 2.4.2: exactly one
    Refer-To)."""
    head = message.replace("\r\n", "\n").partition("\n\n")[0]
    cseq, targets, quiet = "", [], False
    for line in head.replace("\n ", " ").replace("\n\t", " ").split("\n")[1:]:
        name, _, value = line.partition(":")
        match _SHORT.get(name.strip().lower(), name.strip().lower()):
            case "refer-to":
                targets.append(value.strip())
            case "refer-sub":
                quiet = value.partition(";")[0].strip().lower() == "false"
            case "cseq":
                cseq = value.split()[0] if value.split() else ""
    if len(targets) != 1 or not 0 < len(targets[0]) <= MAX_REFER_TO_CHARS:
        return None
    if not (cseq.isascii() and cseq.isdigit() and len(cseq) <= 10):
        return None
    return Refer(int(cseq), targets[0], quiet)


def state(code: int) -> str:
    """Subscription-State: the final status is the end of it (section 2.4.7)."""
    return "terminated;reason=noresource" if code >= 200 else f"active;expires={EXPIRES_S}"


def fragment(code: int) -> str:
    """The body (RFC 3420): a status line."""
    return f"SIP/2.0 {code} {_PHRASES.get(code, 'Transfer')}\r\n"
