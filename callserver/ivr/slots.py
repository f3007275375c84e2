"""Variables in values that are not spoken, as ``agent:{extension}`` (pure)."""

import re

from callserver.ivr.variables import find, is_system
from callserver.model.control import CallControl

SLOT = re.compile(r"\{([\w.]*)\}")


def slots(text: str) -> tuple[str, ...]:
    """The variables in it."""
    return tuple(SLOT.findall(text))


def well_formed(text: str) -> None:
    """Raises ``ValueError``, for people: a brace is alone, or there is no such variable."""
    for name in slots(text):
        if not name or (is_system(name) and find(name) is None):
            raise ValueError(f"no variable `{name}`")
    if re.search(r"[{}]", SLOT.sub("", text)):
        raise ValueError("write a variable as {account}")


def filled(text: str, call: CallControl) -> str:
    """With the values of this call. Empty when one has none, or is a secret, which may stand in no
    journal."""
    for name in slots(text):
        value = call.variable(name)
        if value is None or value == "" or call.is_secret(name):
            return ""
        text = text.replace(f"{{{name}}}", str(value))
    return text
