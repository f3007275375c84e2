"""The words of flows: values of variables, the place of a call, ways to say a value."""

from dataclasses import dataclass
from enum import StrEnum

SHORTEST_S = 1.0
"""A message with less voice than this is empty."""

Value = str | int | float | bool | None
"""What a variable of a flow may hold; None: it was not set, or nobody knows."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A step of a version of a flow. The place of a call is a row of them: the step that is carried
    out now is the last, those before it are the ``subflow`` steps that led there, outermost
    first."""

    flow: str
    version: str
    step: str


class WaitEnd(StrEnum):
    """How a wait in a queue ended, for the flow."""

    SERVED = "served"  # an agent talked with the customer and hung up
    KEY = "key"
    TIMEOUT = "timeout"
    SENT_ON = "sent_on"  # the queue did not take or keep them


@dataclass(frozen=True, slots=True)
class Waited:
    """``what`` is the key; for ``SENT_ON`` where to (`callback`), or why when the queue names no
    place (`closed`)."""

    end: WaitEnd
    what: str = ""


SERVED = Waited(WaitEnd.SERVED)


@dataclass(frozen=True, slots=True)
class Message:
    """A voice message that was recorded. ``file`` can be played; ``voice_s``: so long somebody
    spoke."""

    id: str
    file: str
    voice_s: float

    @property
    def is_empty(self) -> bool:
        """Nothing worth keeping was said."""
        return self.voice_s < SHORTEST_S


class Spoken(StrEnum):
    """The ways to say a value in a text: ``{balance|money:EUR}``. Texts of digits are welcome
    wherever a number is."""

    NUMBER = "number"  # 21 → "twenty-one"; also 3.5
    ORDINAL = "ordinal"  # 3 → "third"
    DIGITS = "digits"  # "0712" → one by one, `*` and `#` too
    SPELL = "spell"  # "AB-12" → letters and digits one by one
    DATE = "date"  # text "2026-11-23"
    TIME = "time"  # text "14:05"
    MONEY = "money"  # 12.5, with the currency (ISO 4217): `money:EUR`
    PHONE = "phone"  # text "+37120000001", in groups
    DURATION = "duration"  # seconds, in hours, minutes and seconds
    RANGE = "range"  # text "3-5", minutes → "about three to five minutes"
    WINDOW = "window"  # text "tomorrow 10-12" (or today, or a date), whole hours
    COUNT = "count"  # 3, with the noun counted: `count:call` → "three calls"
