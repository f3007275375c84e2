"""Whether a server that takes call after call grows (pure).

Three things make a healthy server larger, and each of them ends. What is remembered for late
retransmissions is forgotten after :data:`~callserver.sip.dialog.GRACE_S`. Caches (parsed SIP, SQL
statements, pages of the database) fill up to their limits. And memory that was used once stays with
the process: Python's allocator and the C library give little of it back, so a moment with more
calls at once than ever before leaves a step behind it. A leak does not end: it grows with the
calls, minute by minute. So the first half of a soak is not judged, nor anything before twice the
grace; and the rest has grown when the median of its last third is above that of its first, and when
most of its half minutes added to it, which no busy moment brings about.

Memory is what stands in pages of the process's own (``RssAnon``). Pages of files, which are the
program and its libraries, are left out: whether they count as private to a process depends on which
other processes on the machine happen to have the same file open, and makes 2 to 8 MB of noise.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from statistics import median

from callserver.sip.dialog import GRACE_S

SAMPLE_S = 2.0
STRETCH_S = 30.0  # longer than two full collections of garbage are apart

# A call whose session is kept costs the controller 23 KB (measured): 3.4 MB in two minutes at four
# calls a second. In half an hour at ten, 2 MB is 330 bytes a call. The others go up and down with
# calls at once.
SLACK = {"controller_mb": 2.0, "forker_mb": 1.0, "ports": 40, "processes": 12}
SLACK_FILES = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one moment: memory of controller and forker in MB, open files of both, RTP
    ports bound, processes."""

    controller_mb: float
    forker_mb: float
    controller_files: float
    forker_files: float
    ports: float
    processes: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Medians over the first and the last third of what was judged; ``calls`` is how many came
    between the middles of the two. ``steady`` is what it would have grown by if every stretch of
    :data:`STRETCH_S` had added what the median of them did."""

    before: Sample
    after: Sample
    steady: Sample
    calls: int

    @property
    def too_much(self) -> list[str]:
        """What grew; empty: nothing."""
        before, after, steady = map(dataclasses.asdict, (self.before, self.after, self.steady))
        return [
            f"{name}: {before[name]} → {after[name]}"
            for name in before
            for slack in (SLACK.get(name, SLACK_FILES),)
            if after[name] > before[name] + slack and steady[name] > slack / 2
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
    """Of samples :data:`SAMPLE_S` apart, taken while ``calls`` came. Raises ``ValueError`` when
    there are fewer than three."""
    if len(samples) < 3:
        raise ValueError(f"{len(samples)} samples are too few to see growth")
    third = len(samples) // 3
    between = calls * (len(samples) - third) // len(samples)
    return Growth(_median(samples[:third]), _median(samples[-third:]), _steady(samples), between)


def _steady(samples: Sequence[Sample]) -> Sample:
    count = max(int(len(samples) * SAMPLE_S / STRETCH_S), 2)
    edges = [len(samples) * number // count for number in range(count + 1)]
    stretches = [_median(samples[a:b]) for a, b in pairwise(edges)]
    return _columns(
        lambda read: (count - 1) * median(read(b) - read(a) for a, b in pairwise(stretches))
    )


def _median(samples: Sequence[Sample]) -> Sample:
    return _columns(lambda read: median(map(read, samples)))


def _columns(make: Callable[[Callable[[Sample], float]], float]) -> Sample:
    """A sample made column by column."""
    names = [field.name for field in dataclasses.fields(Sample)]
    return Sample(**{name: round(make(attrgetter(name)), 2) for name in names})
