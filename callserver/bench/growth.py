"""Whether a server that takes call after call grows (pure).

Three things make a healthy server larger, and each of them ends. What is remembered for late
retransmissions is forgotten after :data:`~callserver.sip.dialog.GRACE_S`. Caches (parsed SIP, SQL
statements, pages of the database) fill up to their limits. And memory that was used once stays with
the process: Python's allocator and the C library give little of it back, so a moment with more
calls at once than ever before leaves a step behind it. A leak does not end: it grows with the
calls. So the first half of a soak is not judged, nor anything before twice the grace; and the rest
is judged by the medians of its first and its last third, which a single busy moment does not move.

Memory is what stands in pages of the process's own (``RssAnon``). Pages of files, which are the
program and its libraries, are left out: whether they count as private to a process depends on which
other processes on the machine happen to have the same file open, and makes 2 to 8 MB of noise.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from callserver.sip.dialog import GRACE_S

# A call whose session is kept costs the controller 23 KB (measured); two minutes show what keeps a
# quarter of that, half an hour what keeps 330 bytes. The others go up and down with calls at once.
SLACK = {"controller_mb": 2.0, "forker_mb": 1.0, "ports": 40, "processes": 12}
SLACK_FILES = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one moment: memory of controller and forker in MB, open files of both, RTP
    ports bound, processes."""

    controller_mb: float
    forker_mb: float
    controller_files: int
    forker_files: int
    ports: int
    processes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Medians over the first and the last third of what was judged; ``calls`` is how many came
    between the middles of the two."""

    before: Sample
    after: Sample
    calls: int

    @property
    def too_much(self) -> list[str]:
        """What grew; empty: nothing."""
        before, after = dataclasses.asdict(self.before), dataclasses.asdict(self.after)
        return [
            f"{name}: {before[name]} → {after[name]}"
            for name in before
            if after[name] > before[name] + SLACK.get(name, SLACK_FILES)
        ]

    @property
    def bytes_a_call(self) -> float:
        """By how much each call left the controller larger."""
        grown_mb = self.after.controller_mb - self.before.controller_mb
        return round(1e6 * grown_mb / max(self.calls, 1), 1)


def warm_up_s(minutes: float) -> float:
    """How long a soak of so many minutes is not judged."""
    return max(2 * GRACE_S, 60 * minutes / 2)


def growth(samples: Sequence[Sample], calls: int) -> Growth:
    """Of samples at equal distances, taken while ``calls`` came. Raises ``ValueError`` when there
    are fewer than three."""
    if len(samples) < 3:
        raise ValueError(f"{len(samples)} samples are too few to see growth")
    third = len(samples) // 3
    between = calls * (len(samples) - third) // len(samples)
    return Growth(_median(samples[:third]), _median(samples[-third:]), between)


def _median(samples: Sequence[Sample]) -> Sample:
    columns = {
        field.name: median(getattr(one, field.name) for one in samples)
        for field in dataclasses.fields(Sample)
    }
    return Sample(**columns)
