"""Who answers when we call somebody: a human, or a machine that plays a greeting."""

from dataclasses import dataclass
from enum import StrEnum


class Answerer(StrEnum):
    """Who it is, as far as it can be heard."""

    HUMAN = "human"
    MACHINE = "machine"
    UNSURE = "unsure"  # to be treated as a human


class Sign(StrEnum):
    """What gave them away."""

    SHORT_GREETING = "short_greeting"  # human: a few words, then they wait for ours
    LONG_GREETING = "long_greeting"  # machine: goes on and on
    MANY_WORDS = "many_words"  # machine: more pieces than a human says
    BEEP = "beep"  # machine: so does a fax
    SILENCE = "silence"  # unsure: nobody said anything
    TIME_UP = "time_up"  # unsure: it took too long


@dataclass(frozen=True, slots=True)
class Cadence:
    """What tells one from the other, in seconds from the answer on; the reasons stand in
    ``config/answering.py``. ``to_the_end``: a machine is listened to until its greeting is over,
    at most ``end_s`` after the answer."""

    silence_s: float
    greeting_s: float
    words: int
    after_s: float
    most_s: float
    to_the_end: bool = False
    quiet_s: float = 2.0
    end_s: float = 45.0
