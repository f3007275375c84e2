"""``callserver bench machine``: is a machine that answers told from a human, and how soon?

Synthesised greetings in four languages go through the very code that listens in a call worker, with
the thresholds of the configuration as shipped. They were chosen with seed 1; another seed tells
what they are worth.
"""

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from callserver.bench.greetings import Greeting, greetings
from callserver.callback.answering import cadence
from callserver.config.callbacks import Callbacks as Rules
from callserver.media.worker.cadence import Judgement
from callserver.media.worker.hearing import FRAME_BYTES, Hearing
from callserver.model.answering import Answerer, Cadence

RIGHT_LEAST, WRONGED_MOST, DECIDED_MOST_S = 0.90, 0.03, 3.5
EARLY_S = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one greeting; ``speaks_at`` is when our message would begin (None: never)."""

    greeting: Greeting
    judgement: Judgement
    speaks_at: float | None

    @property
    def is_right(self) -> bool:
        truth = Answerer.MACHINE if self.greeting.machine else Answerer.HUMAN
        return self.judgement.answerer is truth


@dataclass(frozen=True, slots=True)
class Figures:
    """``table``: who it was → who it was taken for → how many; unsure counts as wrong in
    ``right``. ``wronged`` are the humans who were taken for machines, ``decided`` the seconds from
    the answer to the verdict (median, 90 of 100), ``spoken_over`` the machines that were found and
    would not have heard the beginning of our message, since they had not done yet."""

    calls: int
    seed: int
    table: dict[str, dict[str, int]]
    right: float
    wronged: float
    decided_s: tuple[float, float]
    spoken_over: float
    by_language: dict[str, float]
    by_noise: dict[str, float]
    by_kind: dict[str, float]

    @property
    def good(self) -> bool:
        in_time = self.decided_s[1] <= DECIDED_MOST_S
        return self.right >= RIGHT_LEAST and self.wronged <= WRONGED_MOST and in_time


def run(calls: int, seed: int, *, as_json: bool) -> int:
    """Judge so many greetings; the exit status."""
    console = Console(stderr=True)
    found = figures(calls, seed)
    _show(console, found)
    if as_json:
        print(json.dumps({**asdict(found), "good": found.good}))  # noqa: T201 - the result
    return 0 if found.good else 1


def figures(calls: int, seed: int) -> Figures:
    """Of so many greetings."""
    rules = cadence(Rules(mode="customer_first", machine="message"))
    heard = [listen(one, rules) for one in greetings(calls, seed)]
    table = {
        truth: {str(one): 0 for one in Answerer} for truth in (Answerer.HUMAN, Answerer.MACHINE)
    }
    for each in heard:
        truth = Answerer.MACHINE if each.greeting.machine else Answerer.HUMAN
        table[truth][each.judgement.answerer] += 1
    humans = max(sum(table[Answerer.HUMAN].values()), 1)
    times = sorted(each.judgement.after_s for each in heard)
    told = [each for each in heard if each.greeting.machine and each.is_right]
    return Figures(
        calls=calls,
        seed=seed,
        table={str(truth): row for truth, row in table.items()},
        right=_share(heard, lambda each: each.is_right),
        wronged=table[Answerer.HUMAN][Answerer.MACHINE] / humans,
        decided_s=(_rank(times, 0.5), _rank(times, 0.9)),
        spoken_over=_share(told, _spoken_over),
        by_language=_by(heard, lambda each: each.greeting.language),
        by_noise=_by(heard, lambda each: _noise(each.greeting)),
        by_kind=_by(heard, lambda each: each.greeting.kind),
    )


def listen(greeting: Greeting, rules: Cadence) -> Heard:
    """As a worker does."""
    hearing = Hearing(rules)
    sound = greeting.sound + bytes(round((rules.quiet_s + rules.most_s) * 16_000))
    for at in range(0, len(sound), FRAME_BYTES):
        hearing.hear(sound[at : at + FRAME_BYTES])
        if hearing.cadence.over:
            break
    found = hearing.cadence.judgement
    if found is None:
        raise RuntimeError("no verdict in time")
    machine = found.answerer is Answerer.MACHINE and hearing.cadence.over
    return Heard(greeting, found, hearing.cadence.heard_s if machine else None)


def _spoken_over(each: Heard) -> bool:
    return each.speaks_at is not None and each.speaks_at < each.greeting.ends_s - EARLY_S


def _noise(greeting: Greeting) -> str:
    if greeting.noise_db is None:
        return "no noise"
    return f"{greeting.noise}, {greeting.noise_db:g} dB below"


def _by(heard: Iterable[Heard], key: Callable[[Heard], str]) -> dict[str, float]:
    """The share of those that were right, by something."""
    groups: dict[str, list[Heard]] = {}
    for each in heard:
        groups.setdefault(key(each), []).append(each)
    return {name: _share(groups[name], lambda each: each.is_right) for name in sorted(groups)}


def _share(heard: list[Heard], true: Callable[[Heard], bool]) -> float:
    return round(sum(map(true, heard)) / max(len(heard), 1), 4)


def _rank(ordered: list[float], share: float) -> float:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)


def _show(console: Console, found: Figures) -> None:
    table = Table("it was", *(f"taken for {one}" for one in Answerer), title="Who answers?")
    for truth, row in found.table.items():
        table.add_row(truth, *map(str, row.values()))
    console.print(table)
    for parts in (found.by_language, found.by_noise, found.by_kind):
        shares: Iterable[tuple[Hashable, float]] = parts.items()
        console.print("right: " + " · ".join(f"{name} {share:.1%}" for name, share in shares))
    half, most = found.decided_s
    console.print(
        f"{found.calls} greetings, seed {found.seed}: right {found.right:.1%} (aim 90), humans "
        f"taken for machines {found.wronged:.1%} (aim 3 at most), decided after {half:.2f} s, 90 "
        f"of 100 after {most:.2f} s (aim 3.5); machines that would not have heard the beginning "
        f"of our message {found.spoken_over:.1%}"
    )
