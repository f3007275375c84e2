"""What a Bitrix24 portal asks of us (pure): its events come as forms, ``data[PHONE_NUMBER]=…``.

(apidocs.bitrix24.com, "telephony / events": ONEXTERNALCALLSTART, ONEXTERNALCALLBACKSTART. Of a
click the portal has registered the call itself: it is only to be finished.)
"""

import hmac
import re
from typing import Final

from callserver.crm.connectors.base import dialable
from callserver.model.errands import CallbackErrand, CallErrand, Errand, Form

CLICK: Final = "ONEXTERNALCALLSTART"
CALLBACK: Final = "ONEXTERNALCALLBACKSTART"

_TOKEN: Final = "auth[application_token]"
_CARD: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
_USER: Final = re.compile(r"[0-9]{1,18}")
_NUMBER: Final = re.compile(r"\+?[0-9 ()./-]{2,40}")
_EXTENSION: Final = re.compile(r"[0-9*#]{1,20}")


def proves(form: Form, token: str) -> bool:
    """Whether it came with the token of the application."""
    given = form.get(_TOKEN, "")
    return hmac.compare_digest(_bytes(given), _bytes(token))


def errand(form: Form, callback_queue: str) -> Errand | None:
    """What an event asks for; None: another event, or nothing that can be done. A number that is
    none is empty: whoever clicked on it must hear that."""
    event = form.get("event", "").upper()
    if event == CLICK:
        card = _data(form, "CALL_ID", _CARD)
        user = _data(form, "USER_ID", _USER)
        number = _number(form, "PHONE_NUMBER_INTERNATIONAL") or _number(form, "PHONE_NUMBER")
        extension = _data(form, "EXTENSION", _EXTENSION)
        return CallErrand(card, user, number, _line(form), extension) if card and user else None
    if event == CALLBACK:
        number = _number(form, "PHONE_NUMBER")
        return CallbackErrand(number, _line(form), callback_queue) if number else None
    return None


def _data(form: Form, name: str, shape: re.Pattern[str]) -> str:
    value = form.get(f"data[{name}]", "").strip()
    return value if shape.fullmatch(value) else ""


def _number(form: Form, name: str) -> str:
    return dialable(_data(form, name, _NUMBER))


def _line(form: Form) -> str:
    return _data(form, "LINE_NUMBER", _NUMBER) or _data(form, "LINE_NUMBER", _USER)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
