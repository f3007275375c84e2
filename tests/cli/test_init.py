"""``init`` makes a server that starts, and never destroys one."""

import os
import re
from pathlib import Path

import pytest

from callserver.cli.config import mistakes
from callserver.config import load
from tests.cli.conftest import Run


def test_init_writes_a_configuration_without_mistakes(made: Run, tmp_path: Path) -> None:
    config = load(tmp_path / "config" / "callserver.yaml")
    assert list(config.lines) == ["100"]
    assert list(config.queues) == ["support"]
    assert config.trunks == {}
    assert list(mistakes(config)) == []
    assert made("config", "check").code == 0
    assert made("flow", "check").code == 0


def test_init_brings_talks_that_go_every_way_of_the_flows(made: Run, tmp_path: Path) -> None:
    assert made("flow", "test", "--cover", "100").code == 0
    assert (tmp_path / "ivr_flows" / "flow.schema.json").is_file()


def test_init_prints_the_admin_token_and_nothing_else_to_standard_output(run: Run) -> None:
    secret = run("init").out.strip()
    assert re.fullmatch(r"cs_[A-Za-z0-9_-]{43}", secret)
    listed = run("token", "list").out
    assert "first admin" in listed
    assert secret not in listed


def test_init_refuses_to_overwrite_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "config" / "lines.yaml"
    mine.parent.mkdir()
    mine.write_text("mine")
    outcome = run("init")
    assert outcome.code == 1
    assert "config/lines.yaml already" in outcome.err
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["lines.yaml"]
    assert mine.read_text() == "mine"


def test_init_makes_the_folder_it_is_told(run: Run, tmp_path: Path) -> None:
    assert run("init", "--dir", "a/b").code == 0
    assert (tmp_path / "a/b/var/callserver.db").is_file()
    assert not (tmp_path / "var").exists()
    assert Path.cwd() == tmp_path


@pytest.mark.usefixtures("made")
def test_what_holds_secrets_is_for_this_user_alone(tmp_path: Path) -> None:
    modes = {
        name: (tmp_path / name).stat().st_mode & 0o077
        for name in ("var", "var/callserver.db", "config/trunks.yaml")
    }
    assert set(modes.values()) == {0}


def test_init_into_a_place_that_cannot_be_written_is_one_clear_line(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = run("init", "--dir", os.fspath(tmp_path / "file"))
    assert outcome.code == 1
    assert "choose another --dir" in outcome.err
    assert "Traceback" not in outcome.err
