"""Why a leg ended, from the final SIP status (RFC 3261 section 21)."""

from callserver.model.events import LegEnd

_BUSY = frozenset((486, 600))
_NOT_NOW = frozenset((480, 487))
_NOWHERE = frozenset((404, 410, 604))
# Another offer may do: 415 Unsupported Media Type, 488 and 606 Not Acceptable.
OTHER_MEDIA = frozenset((415, 488, 606))
# An authentication that fails says nothing about the person called.
_AUTHENTICATION = frozenset((401, 407))


def why_dial_failed(code: int, *, rang: bool) -> LegEnd:
    """Why a call we made was not answered. ``rang``: 180 or 183 had come."""
    if code in _BUSY:
        return LegEnd.BUSY
    if code in _NOT_NOW or (code == 408 and rang):
        return LegEnd.NO_ANSWER
    if code in _NOWHERE or code in _AUTHENTICATION or code == 408 or 500 <= code < 600:
        return LegEnd.UNREACHABLE
    return LegEnd.DECLINED


def why_incoming_ended(code: int) -> LegEnd:
    """Why an unanswered call to us ended without our doing: CANCEL gives 487."""
    return LegEnd.HUNG_UP if code == 487 else LegEnd.FAILED


def why_answered_ended(code: int) -> LegEnd:
    """Why an answered call ended without our doing: BYE gives 200, anything else broke."""
    return LegEnd.HUNG_UP if code < 300 else LegEnd.FAILED
