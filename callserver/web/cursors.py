"""Cursors: where a list goes on. What is in one is nobody's business but ours, so that it may
change; it is the key of the last item that was shown, and lists are ordered by that key."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_KEY: Final = re.compile(r"[0-9a-z]{1,40}")
_WRONG: Final = "must be the `next` of a page"


def seal(key: str) -> str:
    """The cursor after the item with this key."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def unseal(cursor: str) -> str:
    """The key in a cursor. Raises ``ValueError`` when it is none of ours."""
    try:
        key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(_WRONG) from error
    if not _KEY.fullmatch(key) or seal(key) != cursor:
        raise ValueError(_WRONG)
    return key


Cursor = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{2,56}$", max_length=56), AfterValidator(unseal)
]
"""A cursor as a client sends it; what a handler gets is the key."""
