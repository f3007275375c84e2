"""All commands: help at once, errors in one line, exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from callserver import __version__
from tests.cli.conftest import Run

COMMANDS = [
    [],
    ["serve"],
    ["init"],
    ["demo"],
    ["doctor"],
    ["bench"],
    ["bench", "calls"],
    ["agent"],
    ["agent", "add"],
    ["agent", "list"],
    ["agent", "passwd"],
    ["token", "add"],
    ["token", "list"],
    ["token", "revoke"],
    ["config", "check"],
    ["config", "show"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(run: Run, command: list[str]) -> None:
    outcome = run(*command, "--help")
    assert outcome.code == 0
    assert "Usage: callserver" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["serve", "--fast"], ["agent"], ["bench", "calls", "--calls", "0"]],
    ids=" ".join,
)
def test_wrong_arguments_are_exit_code_2(run: Run, arguments: list[str]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_configuration_with_mistakes_is_exit_code_2(made: Run, command: str) -> None:
    outcome = made(command, "--config", "config/nowhere.yaml")
    assert outcome.code == 2
    assert outcome.err.startswith("error: config/nowhere.yaml: no such file")


def program(*command: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, *command], capture_output=True, text=True, timeout=60, check=True,
        cwd=folder,
    )  # fmt: skip
    return done.stdout


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    assert program("-m", "callserver", "version", folder=tmp_path) == f"{__version__}\n"


def test_help_comes_without_loading_the_server(tmp_path: Path) -> None:
    """Seconds of imports before a help text would make people guess instead of ask."""
    code = (
        "import sys; from callserver.cli.root import run\n"
        "try: run(['--help'])\n"
        "except SystemExit: print(sorted({'aiohttp', 'sqlalchemy', 'pjsua2'} & set(sys.modules)))"
    )
    assert program("-c", code, folder=tmp_path).splitlines()[-1] == "[]"


@pytest.mark.usefixtures("made")
def test_log_lines_do_not_stand_between_the_results(tmp_path: Path) -> None:
    (tmp_path / "ivr_flows" / "draft.yaml").write_text("steps: {a: {sing: loud}}\n")
    shown = program("-m", "callserver", "config", "check", folder=tmp_path)
    assert shown == ""
