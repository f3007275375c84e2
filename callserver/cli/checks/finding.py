"""What a check returns."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it (empty when all is well)."""

    check: str
    verdict: Verdict
    found: str
    cure: str = ""


def ok(check: str, found: str) -> Finding:
    return Finding(check, Verdict.OK, found)


def warn(check: str, found: str, cure: str) -> Finding:
    return Finding(check, Verdict.WARN, found, cure)


def fail(check: str, found: str, cure: str) -> Finding:
    return Finding(check, Verdict.FAIL, found, cure)
