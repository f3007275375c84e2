"""Commands that are forked from a process with the imports done behave as fresh ones do."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from callserver.testing.commands import Command, Commands, FreshInterpreter
from callserver.testing.rig import Rig
from tests.conftest import HATCHERY


async def carried_out(
    commands: Commands, folder: Path, *arguments: str, **environment: str
) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    with TemporaryFile() as said, TemporaryFile() as complained:
        around: Mapping[str, str] = {**os.environ, **environment}
        running = await commands.start(Command(arguments, folder, around, said, complained))
        status = await running.wait()
        assert running.returncode == status
        texts = []
        for file in (said, complained):
            file.seek(0)
            texts.append(file.read().decode())
        return status, texts[0], texts[1]


@pytest.mark.parametrize(
    "arguments", [("version",), ("config", "check", "--config", "nothing.yaml")]
)
async def test_commands_say_and_end_the_same(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    fresh = await carried_out(FreshInterpreter(), tmp_path, *arguments)
    assert await carried_out(HATCHERY, tmp_path, *arguments) == fresh


async def test_folder_and_environment_are_those_asked_for(tmp_path: Path) -> None:
    status, _, complaint = await carried_out(HATCHERY, tmp_path, "init")
    assert status == 0, complaint
    assert (tmp_path / "config" / "callserver.yaml").is_file()
    narrow = await carried_out(HATCHERY, tmp_path, "--help", COLUMNS="50")
    wide = await carried_out(HATCHERY, tmp_path, "--help", COLUMNS="150")
    assert max(map(len, narrow[1].splitlines())) < max(map(len, wide[1].splitlines()))


async def test_one_server_is_killed_and_another_does_not_notice(tmp_path: Path) -> None:
    async with (
        await Rig.start(tmp_path / "one") as one,
        await Rig.start(tmp_path / "other") as other,
    ):
        assert {process.pid for process in one.processes()}.isdisjoint(
            process.pid for process in other.processes()
        )
        assert one.pid in {process.pid for process in one.processes()}
        await one.kill()
        assert one.pid not in {process.pid for process in one.processes()}
        await one.run()
        assert await other.api.status("/readyz") == 200
        assert await other.stop() == 0
    assert one.leaks() == other.leaks() == []


async def test_a_server_can_be_started_as_people_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rig, "commands", FreshInterpreter())
    async with await Rig.start(tmp_path / "server") as rig:
        (command,) = [one.command for one in rig.processes() if one.pid == rig.pid]
        assert " -m callserver serve " in command
        assert await rig.stop() == 0
    assert rig.leaks() == []
