"""Runs a bench in a folder of its own, and shows what came of it."""

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

from rich.console import Console

Say = Callable[[str], None]


class Report(Protocol):
    """A dataclass of figures."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def good(self) -> bool:
        """Whether all was as it must be."""
        ...


def run(work: Callable[[Path, Say], Awaitable[Report]], *, as_json: bool) -> int:
    """The exit status. ``work`` gets a new folder, and something to say how far it is."""
    console = Console(stderr=True)

    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    async def works() -> Report:
        return await work(Path(folder), say)

    with tempfile.TemporaryDirectory(prefix="callserver-bench-") as folder:
        report = asyncio.run(works())
    console.print(report)
    console.print("good" if report.good else "BAD")
    if as_json:
        shown = dataclasses.asdict(report) | {"good": report.good}
        print(json.dumps(shown))  # noqa: T201 - the command's result
    return 0 if report.good else 1
