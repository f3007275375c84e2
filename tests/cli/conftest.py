"""Commands run in this process, in a folder of their own."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from callserver.cli import root


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``callserver ARGUMENTS`` in ``tmp_path``; ``stdin`` is what it can read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "COLUMNS", "200")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            root.run(arguments)
        code = ended.value.code
        out, err = capfd.readouterr()
        return Outcome(code if isinstance(code, int) else 0, out, err)

    return run


@pytest.fixture
def made(run: Run) -> Run:
    """The same, in a folder that ``init`` has filled."""
    assert run("init").code == 0
    return run
