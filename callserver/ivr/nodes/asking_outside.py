"""What `lookup` and `webhook` have in common: where they ask, and with what."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, WithJsonSchema

from callserver.ivr.expression import Expression
from callserver.ivr.slots import SLOT, well_formed
from callserver.model.control import CallControl
from callserver.model.errors import OutsideError
from callserver.model.flow import Value


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("a path begins with /, as /contacts/{caller.number}")
    if re.search(r"[\s?#\\]|\.\.", text):
        raise ValueError(
            "a path has no space, `?`, `#`, `\\` and `..`; use `query` for what is asked"
        )
    well_formed(text)
    return text


Path = Annotated[
    str,
    AfterValidator(_path),
    WithJsonSchema({"type": "string", "pattern": r"^/(?!.*\.\.)[^\s?#\\]*$"}),
]
"""The path of a request, with variables in it."""


def filled(path: str, call: CallControl) -> str:
    """The path with its variables, quoted. Raises ``OutsideError``: one has no value, or is a
    secret, which no address may hold."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        known = call.variable(name)
        if known is None or known == "":
            raise OutsideError(f"`{name}` has no value")
        if call.is_secret(name):
            raise OutsideError(f"`{name}` is a secret; send it in `body`")
        return quote(str(known), safe="")

    return SLOT.sub(value, path)


def values(
    expressions: Mapping[str, Expression], call: CallControl, *, open_: bool
) -> dict[str, Value]:
    """What the expressions come to. Raises ``NoValue``; ``OutsideError`` when they are sent in the
    open (an address) and hold a secret."""
    if open_ and is_secret(expressions, call):
        raise OutsideError("a secret stands in `query`; send it in `body`")
    return {name: one.value(call.variable) for name, one in expressions.items()}


def is_secret(expressions: Mapping[str, Expression], call: CallControl) -> bool:
    """Whether a secret is in them."""
    return any(call.is_secret(name) for name in _names(expressions))


def _names(expressions: Mapping[str, Expression]) -> Iterator[str]:
    for one in expressions.values():
        yield from one.names
