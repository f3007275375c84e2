"""What a run of SIPp left behind: statistics, complaints, and every message with its time."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

ERRORS = "errors.log"
MESSAGES = "messages.log"
SHORT_MESSAGES = "messages.tsv"
SCREEN = "screen.txt"
STATISTICS = "statistics.csv"
_ENTRY = re.compile(r"(?=\d{4}-\d\d-\d\d\t\d\d:)")  # SIPp puts no line end between them


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``at`` is seconds since 1970 (microseconds are right), ``first_line`` the
    request or status line, ``cseq`` e.g. ``1 INVITE``."""

    at: float
    sent: bool
    call_id: str
    cseq: str
    first_line: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. ``exit_code`` 0: all calls went well, 1: some failed, others: see SIPp's
    manual; negative: it was killed. ``errors`` is what it complained about; ``messages`` is empty
    unless they were asked for."""

    exit_code: int
    successful: int
    failed: int
    retransmissions: int
    errors: str
    messages: tuple[Message, ...]

    def answer_times(self) -> list[float]:
        """Seconds from each call's first INVITE to its first 200, in order of the calls."""
        asked: dict[str, float] = {}
        answered: dict[str, float] = {}
        for one in self.messages:
            if one.first_line.startswith("INVITE "):
                asked.setdefault(one.call_id, one.at)
            elif one.first_line.startswith("SIP/2.0 200") and one.cseq.endswith("INVITE"):
                answered.setdefault(one.call_id, one.at)
        return [answered[call] - at for call, at in asked.items() if call in answered]


def result(folder: Path, exit_code: int) -> Result:
    """Read what lies in the folder of a run that has ended."""
    successful = failed = retransmissions = 0
    if rows := list(csv.DictReader(_text(folder / STATISTICS).splitlines(), delimiter=";")):
        successful = int(rows[-1]["SuccessfulCall(C)"])
        failed = int(rows[-1]["FailedCall(C)"])
        retransmissions = int(rows[-1]["Retransmissions(C)"])
    return Result(
        exit_code=exit_code,
        successful=successful,
        failed=failed,
        retransmissions=retransmissions,
        errors=_errors(folder),
        messages=tuple(_message(line) for line in _text(folder / SHORT_MESSAGES).splitlines()),
    )


def complaints(folder: Path) -> str:
    """The end of what SIPp said, for an error message."""
    return (_errors(folder) or _text(folder / SCREEN))[-4000:]


def _message(line: str) -> Message:
    _, _, at, direction, call_id, cseq, first_line = line.split("\t", 6)
    return Message(
        at=float(at),
        sent=direction == "S",
        call_id=call_id,
        cseq=cseq.removeprefix("CSeq:").strip(),
        first_line=first_line,
    )


def _errors(folder: Path) -> str:
    """What went wrong. The scenarios wait by letting a recv time out, which SIPp tells as well."""
    text = _text(folder / ERRORS).replace("The following events occurred:\n", "")
    entries = [one for one in _ENTRY.split(text) if one.strip() and "jumping to label" not in one]
    return "\n".join(entries)


def _text(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
