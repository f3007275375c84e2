"""The little that the door looks at in an SDP body: the keys of encrypted sound (RFC 4568)."""

import re

from callserver.sip.errors import SipError

# PJSIP 2.15.1 has room for 64 on its stack and does not count.
MAX_KEYS = 32

_KEY = re.compile(rb"^a=crypto[ \t]*+:", re.IGNORECASE | re.MULTILINE)


def keys(body: bytes) -> int:
    """How many keys are offered."""
    return len(_KEY.findall(body)) if body else 0


def check_keys(body: bytes) -> None:
    """Raises :class:`SipError` (400) when there are more than the workers' parser bears."""
    if keys(body) > MAX_KEYS:
        raise SipError(400, "Too Many Keys")
