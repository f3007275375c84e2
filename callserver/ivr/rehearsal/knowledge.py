"""What a pretended call knows: every system variable has a value, given or plausible."""

from datetime import datetime, timedelta

from callserver.ivr.rehearsal.story import Given
from callserver.ivr.variables import SYSTEM, SystemVariable, Type, find, is_system
from callserver.model.callback import Callback, CallbackState, CallbackWhy, Window
from callserver.model.flow import Value

PLAUSIBLE: dict[str, Value] = {
    "caller.number": "+37120000001",
    "caller.name": "",
    "call.id": "rehearsal",
    "line.number": "100",
    "line.name": "Support",
    "queue.<name>.agents_ready": 1,
    "hours.<name>.now": "open",
}
_EMPTY: dict[Type, Value] = {Type.TEXT: "", Type.NUMBER: 0, Type.TRUTH: False, Type.ANY: None}


def system_value(given: Given, name: str, language: str, after_s: float) -> Value:
    """The value of a system variable so many seconds into the call."""
    if name in given.known:
        return given.known[name]
    time = given.at + timedelta(seconds=after_s)
    match name:
        case "caller.language":
            return language
        case "now.date":
            return f"{time:%Y-%m-%d}"
        case "now.time":
            return f"{time:%H:%M}"
        case "now.weekday":
            return f"{time:%A}".lower()
    row = find(name)
    return None if row is None else PLAUSIBLE.get(row.name, _EMPTY[row.type])


def tomorrow(at: datetime, hours: int, most: int) -> tuple[Window, ...]:
    """The times to be called in: those of the next morning."""
    day = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    firsts = [first for first in range(8, 20) if not first % hours][:most]
    begins = [(first, (day + timedelta(hours=first)).timestamp()) for first in firsts]
    return tuple(
        Window(begin, begin + hours * 3600, f"tomorrow {first}-{first + hours}")
        for first, begin in begins
    )


def asked_before(given: Given, queue: str, language: str) -> Callback:
    """What somebody waits for who has `caller.open_callbacks`."""
    since = given.at.timestamp() - 600
    number = str(system_value(given, "caller.number", language, 0.0))
    who = (number, "", "100", queue, 0)
    return Callback("before", since, *who, since, CallbackWhy.ASKED, CallbackState.OPEN)


def typed(name: str, text: str) -> Value:
    """A value as it stands in a file or on a command line. Raises ``ValueError``, for people."""
    row = find(name) if is_system(name) else None
    if is_system(name) and row is None:
        names = ", ".join(f"`{variable.name}`" for variable in SYSTEM)
        raise ValueError(f"no variable `{name}`; there are: {names}")
    return _typed(row, text)


def _typed(row: SystemVariable | None, text: str) -> Value:
    wanted = Type.ANY if row is None else row.type
    if wanted is Type.TEXT:
        return text
    words: dict[str, Value] = {"true": True, "yes": True, "false": False, "no": False, "none": None}
    if wanted in (Type.TRUTH, Type.ANY) and text.lower() in words:
        return words[text.lower()]
    number = _number(text)
    # An account `0071` or a phone number is text, though it looks like a number.
    if number is not None and (wanted is Type.NUMBER or str(number) == text):
        return number
    if wanted is Type.ANY:
        return text
    raise ValueError(f"`{text}` must be a {'number' if wanted is Type.NUMBER else 'yes or no'}")


def _number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def moment_of(text: str, today: datetime) -> datetime:
    """``2026-12-24 18:30`` or, that day, ``18:30``, in the zone of ``today``. Raises
    ``ValueError``."""
    try:
        found = datetime.fromisoformat(f"{today:%Y-%m-%d} {text}" if "-" not in text else text)
    except ValueError:
        raise ValueError(f"`{text}` is no time; write 2026-12-24 18:30") from None
    return found if found.tzinfo else found.replace(tzinfo=today.tzinfo)
