"""Render children: work is shared out, complaints come back, nobody is left behind."""

import asyncio
import os
from pathlib import Path

import pytest

from callserver.model.errors import PromptError
from callserver.speech import jobs
from callserver.speech.children import render


def speak(folder: Path, count: int, language: str = "en") -> list[jobs.Job]:
    return [
        jobs.Speak(str(folder / f"{n}.wav"), language, f"Number {n}.", 150) for n in range(count)
    ]


def files(folder: Path) -> list[str]:
    return sorted(str(file) for file in folder.iterdir())


def children() -> set[int]:
    return {
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and _parent(process) == os.getpid()
    }


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def test_jobs_survive_the_way_to_the_child() -> None:
    work = [*speak(Path(), 1), jobs.Convert("a", "b"), jobs.Compose("c")]
    assert jobs.decode(jobs.encode(work)) == work


async def test_every_job_is_reported_once_whoever_does_it(tmp_path: Path) -> None:
    done: list[str] = []
    work = speak(tmp_path, 30)
    await render(work, done.append)
    assert sorted(done) == sorted(job.file for job in work)
    assert files(tmp_path) == sorted(done)


async def test_no_work_starts_no_child() -> None:
    before = children()
    await render([], lambda file: pytest.fail(file))
    assert children() == before


async def test_complaint_of_a_child_is_the_error_and_the_others_end_too(tmp_path: Path) -> None:
    before = children()
    (tmp_path / "empty.wav").touch()
    bad = jobs.Convert(str(tmp_path / "copy.wav"), str(tmp_path / "empty.wav"))
    with pytest.raises(PromptError, match=r"empty\.wav is no sound file"):
        await render([bad, *speak(tmp_path, 30)], lambda _: None)
    assert children() == before
    assert not (tmp_path / "copy.wav").exists()


async def test_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="gone"):
        await render(speak(tmp_path / "gone", 1), lambda _: None)


async def test_start_given_up_half_way_leaves_no_child_behind(tmp_path: Path) -> None:
    before = children()
    first = asyncio.Event()
    work = asyncio.create_task(render(speak(tmp_path, 2000), lambda _: first.set()))
    async with asyncio.timeout(20):
        await first.wait()
    assert children() > before
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert children() == before
