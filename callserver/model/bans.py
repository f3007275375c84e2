"""Addresses that are not heard any more, and why."""

from dataclasses import dataclass
from enum import StrEnum

BY_SHIELD = "shield"
BY_TIME = "time"
BY_CLI = "cli"


class Offence(StrEnum):
    """What an address did at the SIP door that a phone or a trunk would not do."""

    ASKED = "asked"  # wanted something in a name, was asked for the password, never answered
    WRONG_PASSWORD = "wrong_password"  # an unknown user is the same: else the ban would tell
    MALFORMED = "malformed"
    FLOOD = "flood"
    SCANNER = "scanner"  # calls itself by the name of a known scanner
    MANUAL = "manual"  # a person decided


@dataclass(frozen=True, slots=True)
class Ban:
    """An IPv4 address that gets no answer from ``since`` to ``until`` (None: until it is lifted).

    ``strikes`` counts its bans so far, this one included, as far as nobody can have forged the
    sender. ``by`` is ``shield``, ``cli:OS USER`` or ``token:ID``; ``note`` is what they wrote.
    """

    address: str
    since: float
    until: float | None
    reason: Offence
    strikes: int
    by: str
    note: str = ""

    def holds(self, now: float) -> bool:
        """Whether it is in force."""
        return self.until is None or now < self.until
