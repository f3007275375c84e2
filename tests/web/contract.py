"""Judging the server by its own OpenAPI document: schemathesis asks, the world answers.

A long run, with other requests every time: ``python -m tests.web.contract 1000`` (test cases per
operation).
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from callserver.model.people import Role
from tests.web.world import World

ROOM = {"max_body_bytes": 1 << 20}
LIMIT_S = 280.0
"""For the suite, and only so that it ends; a long run has as long as it takes."""

CONFIG = """
[phases.coverage]
unexpected-methods = []
"""
"""Methods an address does not take are asked in ``test_errors``; here they would be half of all."""

ENDLESS = ("events.stream",)
"""They answer for ever; they have tests of their own."""


def rooms(world: World, part: int, of: int) -> list[str]:
    """Part 0, 1, … of the tags of the document."""
    names = dict.fromkeys(one.name.partition(".")[0] for one in world.web.operations)
    return sorted(names)[part::of]


async def judge(
    world: World,
    examples: int,
    seed: int,
    tags: Sequence[str] = (),
    limit_s: float | None = LIMIT_S,
) -> tuple[int, str]:
    """Exit status (0: nothing to object to) and report; of operations with these tags, or of all.
    ``examples``: so many requests by chance for each, besides those at the borders of its schema.
    Positive acceptance is not asked for: a number must be one that can be dialled and a key must be
    new, which no schema says."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", f"{world.web.url}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {world.secrets[Role.ADMIN]}"),
        *("--phases", "examples,coverage" + (",fuzzing" if examples else "")),
        *("--max-examples", str(examples or 1)),
        *("--exclude-checks", "positive_data_acceptance", "--seed", str(seed)),
        *("--continue-on-failure", "--request-timeout", "20", "--generation-database", "none"),
        *("--warnings", "off", "--no-color", "--no-shrink"),
    ]
    for tag in tags:
        command += ["--include-tag", tag]
    for name in ENDLESS:
        command += ["--exclude-operation-id", name]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schemathesis.toml").write_text(CONFIG)
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(limit_s):
                told, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return process.returncode or 0, told.decode()


async def _long(examples: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder) / "recordings", http=ROOM) as world:
            status, told = await judge(world, examples, random.randrange(1 << 32), (), None)  # noqa: S311
    sys.stdout.write(told)
    return status


if __name__ == "__main__":
    sys.exit(asyncio.run(_long(int(sys.argv[1]))))
