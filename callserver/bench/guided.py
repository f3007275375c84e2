"""Fuzzing in process, in a process of its own: ``python -m callserver.bench.guided SECONDS DIR``.
Guided by coverage where atheris is installed (``pip install callserver[fuzz]``), else by chance.

Exit status 0: nothing was found. What was found is told on standard error, and the message that
did it stands in DIR (``crash-...``). At the end libFuzzer says how much it tried; so do we.
"""

import asyncio
import os
import re
import sys
import time
import traceback
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from callserver.testing.rubbish import Damage, Place, good, seeds

MAX_CHARS = 8192
PLACE = Place("192.0.2.7:5070")
MEMORY_MB = 1024
SLOW_S = 5
LATE_S = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """``inputs`` tried; ``coverage`` is how many branches of the code they reached (0: nobody
    looked, chance alone led); ``finding`` is what was said of the first fault, empty: none."""

    inputs: int
    coverage: int
    finding: str


async def run(seconds: float, folder: Path) -> Found:
    """Fuzz for so long in another process, behind everything else that runs."""
    process = await asyncio.create_subprocess_exec(
        *("nice", sys.executable, "-m", "callserver.bench.guided", str(seconds), str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds + LATE_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = said.decode(errors="replace")
    inputs = re.findall(r"number_of_executed_units: *(\d+)", text)
    coverage = re.findall(r"\bcov: (\d+)", text)
    return Found(
        inputs=int(inputs[-1]) if inputs else 0,
        coverage=int(coverage[-1]) if coverage else 0,
        finding=_finding(text, folder) if process.returncode else "",
    )


def _finding(text: str, folder: Path) -> str:
    """What was said without the running commentary, and the message that did it."""
    lines = [line for line in text.splitlines() if "cov: " not in line]
    crashes = [repr(file.read_bytes()[:MAX_CHARS]) for file in sorted(folder.glob("crash-*"))]
    return "\n".join([*lines[-40:], *crashes]) or "it failed and said nothing"


def by_chance(seconds: float, folder: Path) -> int:
    """Good messages, damaged at random."""
    from callserver.bench.target import Target

    target = Target()
    damage = Damage(Random(time.time_ns()))  # noqa: S311 - no secret
    until = time.monotonic() + seconds
    number, status = 0, 0
    while time.monotonic() < until and not status:
        data = damage.done_to(good(PLACE, number))[:MAX_CHARS]
        number += 1
        try:
            target.feed(data)
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            traceback.print_exc()
            (folder / f"crash-{number}").write_bytes(data)
            status = 1
    print(f"stat::number_of_executed_units: {number}", file=sys.stderr)  # noqa: T201 - the result
    return status


def by_coverage(seconds: float, folder: Path) -> None:
    """libFuzzer, with its own mutations and ours. Does not return: it ends the process."""
    import atheris

    with atheris.instrument_imports(include=["callserver.sip", "sipmessage"]):
        from callserver.bench.target import Target

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed{number:02}").write_bytes(seed)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - no secret
        if random.random() < 0.5:
            return Damage(random).done_to(bytes(data))[:most]
        mutated: bytes = atheris.Mutate(data, most)
        return mutated

    options: dict[str, Any] = {
        "max_total_time": max(int(seconds), 1),
        "max_len": MAX_CHARS,
        "rss_limit_mb": MEMORY_MB,
        "timeout": SLOW_S,
        "artifact_prefix": f"{folder}{os.sep}",
        "print_final_stats": 1,
    }
    arguments = [f"-{name}={value}" for name, value in options.items()]
    target = Target()
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], target.feed, custom_mutator=mutate)
    atheris.Fuzz()


def main(seconds: float, folder: Path) -> int:
    """Fuzz for so long; the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    if find_spec("atheris") is None:
        return by_chance(seconds, folder)
    by_coverage(seconds, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2])))
