"""Runs render children: the jobs are dealt out to as many as there are cores for."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from callserver.model.errors import PromptError
from callserver.speech import jobs

CHILDREN = 2
JOBS_WORTH_A_CHILD = 12
"""Starting a child costs as much as a dozen prompts (0.2 s, mostly numpy)."""

_COMMAND = (sys.executable, "-W", "ignore", "-m", "callserver.speech.render")

# one thread each: the children share the cores already
_ALONE = {"OPENBLAS_NUM_THREADS": "1"}


async def render(work: Sequence[jobs.Job], done: Callable[[str], None]) -> None:
    """Do all jobs; ``done`` hears of each file. Raises ``PromptError``; children never outlive
    this call."""
    if not work:
        return
    wanted = min(CHILDREN, os.cpu_count() or 1, -(-len(work) // JOBS_WORTH_A_CHILD))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_child(work[n::wanted], done)) for n in range(wanted)]
    for task in tasks:
        if complaint := task.result():
            raise PromptError(complaint)


async def _child(work: Sequence[jobs.Job], done: Callable[[str], None]) -> str:
    """Run one child; what it complained about, or nothing."""
    pipe = asyncio.subprocess.PIPE
    try:
        child = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | _ALONE
        )
    except OSError as error:
        return f"the render child does not start: {error}"
    try:
        said, _, _ = await asyncio.gather(
            _all(child.stderr), _files(child.stdout, done), _tell(child.stdin, jobs.encode(work))
        )
        status = await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return "" if status == 0 else said or f"the render child ended with status {status}"


async def _tell(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is not None:
        stream.write(data)
        stream.close()


async def _all(stream: asyncio.StreamReader | None) -> str:
    return "" if stream is None else (await stream.read()).decode(errors="replace").strip()


async def _files(stream: asyncio.StreamReader | None, done: Callable[[str], None]) -> None:
    while stream is not None and (line := await stream.readline()):
        done(line.decode().rstrip("\n"))
