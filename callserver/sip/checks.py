"""What a request must not ask for, how large it may be to go further, and which bodies."""

import re

from callserver.sip.errors import SipError
from callserver.sip.message import MAX_VIAS, Request, listed
from callserver.sip.text import MAX_URI_CHARS, parse_address
from callserver.sip.via import MAX_VIA_CHARS

SDP_TYPE = "application/sdp"
MAX_ROUTES = 30
MAX_CONTACTS = 10
MAX_CONTACT_CHARS = 1024
STAMP_CHARS = 64  # what `received` and `rport` add to a Via
HOP_CHARS = 64  # what `x-hop` adds to a Contact
_KEYS = ("application/dtmf-relay", "application/dtmf")
_SIGNAL = re.compile(rb"^\s*Signal\s*=\s*([0-9A-Da-d*#]{1,2})\s*$", re.IGNORECASE | re.MULTILINE)
_DURATION = re.compile(rb"^\s*Duration\s*=\s*(\d{1,5})\s*$", re.IGNORECASE | re.MULTILINE)
_OURS_TOO = ("From", "To", "Call-ID")  # we say them again, without anything that looks like a hop


def refuse_extensions(request: Request, header: str) -> None:
    """We support no extension that ``Require`` or ``Proxy-Require`` may name; raises
    :class:`SipError` (420) with all of them (RFC 3261 sections 8.2.2.3 and 16.3)."""
    asked = [value for value in listed(request.headers, header) if value]
    if asked:
        raise SipError(420, "Bad Extension", extra=(("Unsupported", ", ".join(asked)),))


def _media_type(value: str) -> str:
    return "".join(value.partition(";")[0].split()).lower()


def check_media(request: Request) -> None:
    """We speak SDP, alone or as a part (RFC 3261 sections 8.2.3 and 13.3.1); raises
    :class:`SipError` (406, 415)."""
    content = _media_type(request.headers.get("Content-Type") or SDP_TYPE)
    if request.body and content != SDP_TYPE and not content.startswith("multipart/"):
        raise SipError(415, "Unsupported Media Type", extra=(("Accept", SDP_TYPE),))
    accepts = {_media_type(value) for value in listed(request.headers, "Accept") if value}
    if accepts and not accepts & {SDP_TYPE, "application/*", "*/*"}:
        raise SipError(406, "Not Acceptable")


def tidy_info(request: Request) -> None:
    """An INFO may bring a key, and nothing else: PJSIP 2.15.1 reads more kinds of bodies, and gives
    up its process when the first line of ``application/dtmf-relay`` is the last and has no end.
    Phones write it in many ways, so it is written anew. Raises :class:`SipError` (400, 415)."""
    if request.method != "INFO" or not request.body:
        return
    content = _media_type(request.headers.get("Content-Type") or "")
    if content not in _KEYS:
        raise SipError(415, "Unsupported Media Type", extra=(("Accept", ", ".join(_KEYS)),))
    if content == _KEYS[0]:
        signal, duration = _SIGNAL.search(request.body), _DURATION.search(request.body)
        if signal is None:
            raise SipError(400, "Bad Signal")
        ms = duration[1] if duration is not None else b"160"
        request.body = b"Signal=%b\r\nDuration=%b\r\n" % (signal[1], ms)


def check_contact(value: str) -> None:
    """Whether a hop of ours still fits into it; raises :class:`SipError` (400)."""
    if len(value) > MAX_CONTACT_CHARS or len(parse_address(value).uri) > MAX_URI_CHARS - HOP_CHARS:
        raise SipError(400, "Contact Too Long")


def check_room(request: Request) -> None:
    """A worker's answer carries all Vias and one more, all Record-Routes and one more; its requests
    go to the Contact, with a hop of ours in it. All that has to pass here again, and may not be
    taken for a hop of ours itself. Raises :class:`SipError` (400)."""
    headers = request.headers
    contacts = listed(headers, "Contact")
    if (
        len(request.vias) >= MAX_VIAS
        or len(listed(headers, "Record-Route")) > MAX_ROUTES
        or len(contacts) > MAX_CONTACTS
    ):
        raise SipError(400, "Too Many Hops")
    if len(str(request.vias[0])) > MAX_VIA_CHARS - STAMP_CHARS:
        raise SipError(400, "Bad Via")
    for contact in contacts:
        check_contact(contact)
    users = [value.rpartition("@")[0] for value in (request.target, *contacts)]
    if any(";x-hop=" in said for said in (*users, *(headers[name] for name in _OURS_TOO))):
        raise SipError(400, "Reserved Word")
