"""The words of each language as data, one file each: ``en.yaml``, ``ru.yaml``, ``uk.yaml``,
``lv.yaml``. Words here, grammar in ``speech.numbers`` and ``speech.values``.

Texts of several words that are counted (ones, tens) are split at spaces. Genders are letters:
``m``, ``f``, ``n``; beside them stand the cases that numbers need: ``a`` feminine accusative,
``l`` feminine locative; ordinals have ``g`` (genitive) and ``l`` (locative). Forms of nouns are
named as CLDR names plural categories.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Split = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: value.split() if isinstance(value, str) else value),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Noun(_Part):
    """What is counted. ``a``: accusative singular; ``l``, ``ls``: locative singular and plural;
    where estimates and times need them."""

    gender: str
    one: str
    other: str = ""
    zero: str = ""
    few: str = ""
    many: str = ""
    a: str = ""
    l: str = ""  # noqa: E741 - the cases are letters
    ls: str = ""

    def form(self, category: str) -> str:
        """The form of a plural category."""
        found: str = getattr(self, category)
        return found

    def forms(self) -> dict[str, str]:
        """All forms that are counted with, by category."""
        every = {name: self.form(name) for name in ("one", "few", "many", "zero", "other")}
        return {name: form for name, form in every.items() if form}


class Numbers(_Part):
    """Cardinals. ``bare``: a thousand is "thousand", not "one thousand"."""

    ones: Split
    tens: Split
    joint: str = " "
    hundreds: tuple[str, ...]
    genders: Mapping[str, Mapping[int, str]] = {}
    thousand: Noun
    million: Noun
    bare: bool = False
    minus: str
    plus: str
    point: str
    number: str


class Ordinals(_Part):
    """Ordinals, masculine nominative; ``endings``: ending → form → ending."""

    ones: Split
    tens: Split
    endings: Mapping[str, Mapping[str, str]] = {}


class Year(_Part):
    """Years as part of a date, where they are ordinals."""

    centuries: Mapping[int, str]
    round: Mapping[int, str]
    after: str


class Estimate(_Part):
    """How a waiting time in minutes is told; ``genitive``: the numbers after "from" and "to"."""

    about: str
    from_: str = Field(alias="from")
    to: str
    less: str
    more: str
    genitive: Mapping[int, str] = {}


class Date(_Part):
    """The parts of a date in the order they are said, and the form of the day's ordinal."""

    order: tuple[Literal["weekday", "day", "month", "year"], ...]
    day: str


class Clock(_Part):
    """The time of day: ``hours`` as a name and ``hours_at`` as an answer to "when?"; English, which
    says it in halves of a day, has words to join instead."""

    hours: tuple[str, ...] = ()
    hours_at: tuple[str, ...] = ()
    minutes: str = "{0}"
    at: str = ""
    oh: str = ""
    am: str = ""
    pm: str = ""
    noon: str = ""
    midnight: str = ""
    hundred: str = ""


class Windows(_Part):
    """The times in which somebody is called: the hours at which they begin (0 to 23) and end (1 to
    24)."""

    today: str
    tomorrow: str
    begin: tuple[str, ...]
    end: tuple[str, ...]


class Position(_Part):
    """How the place in the queue is told; ``counted``: by cardinal or ordinal."""

    next: str
    place: str
    beyond: str
    counted: str


class Words(_Part):
    """All words of a language."""

    plural: Literal["english", "slavic", "latvian"]
    numbers: Numbers
    ordinals: Ordinals
    date: Date
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    year: Year | None = None
    and_: str = Field("", alias="and")
    clock: Clock = Clock()
    estimate: Estimate
    window: Windows
    press: str
    nouns: Mapping[str, Noun]
    currencies: Mapping[str, tuple[Noun, Noun]]
    letters: Mapping[str, str]
    phrases: Mapping[str, str]
    position: Position


@cache
def words(language: str) -> Words:
    """The words of a language: ``en``, ``ru``, ``uk``, ``lv``."""
    text = resources.files(__name__).joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    return Words.model_validate(yaml.safe_load(text))
