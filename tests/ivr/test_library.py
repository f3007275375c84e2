"""The folder of flows, as the server loads it."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from callserver.config import Config
from callserver.config.sections import Calendar, Destination
from callserver.ivr.library import Flows, load
from callserver.model.errors import FlowError, UnknownName
from tests.ivr.talk import READY

HELLO = "start: hello\nsteps:\n  hello: {say: {en: Hello., lv: Labdien.}}\n"


def config(folder: Path, **lines: dict[str, Any]) -> Config:
    return Config.model_validate({"flows_dir": folder, "lines": lines, "queues": {"support": {}}})


def test_flow_of_a_line_is_there_and_its_texts_are_known_in_the_languages_of_its_lines(
    tmp_path: Path,
) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    flows = Flows(config(tmp_path, a={"flow": "hello"}, b={"flow": "hello", "language": "lv"}))
    assert flows.flow("hello").start == "hello"
    assert sorted(flows.texts()) == [("en", "Hello."), ("lv", "Labdien.")]


def test_mistake_in_a_flow_that_a_line_uses_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    with pytest.raises(FlowError, match=r"hello.yaml:3: step `hello`: a line speaks `uk`"):
        Flows(config(tmp_path, a={"flow": "hello", "language": "uk"}))


def test_mistake_in_a_flow_that_no_line_uses_is_a_warning_and_the_flow_is_left_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "draft.yaml").write_text("start: hello\n", encoding="utf-8")
    with capture_logs() as logs:
        flows = Flows(config(tmp_path))
    assert [entry["event"] for entry in logs] == ["flow_left_out"]
    with pytest.raises(UnknownName, match="no flow 'draft'"):
        flows.flow("draft")


def test_line_without_its_flow_stops_the_start_and_is_told_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(HELLO, encoding="utf-8")
    with pytest.raises(FlowError, match=r"lines\.a\.flow: no file .*; did you mean `hello`\?"):
        Flows(config(tmp_path, a={"flow": "helo"}))


def test_file_that_is_no_text_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FlowError, match="cannot be read"):
        load(tmp_path / "hello.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b\n",
        "a: &x [*x]\n",
        "? [1, 2]\n: 3\n",
        "steps: {a: [1]}\n",
        "\t",
        "steps: []",
        "x: !y z",
    ],
)
def test_odd_yaml_is_a_mistake_not_a_crash(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FlowError):
        load(tmp_path / "odd.yaml")


def test_yaml_nested_five_hundred_deep_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("steps: " + "[" * 500 + "]" * 500, encoding="utf-8")
    with pytest.raises(FlowError):
        load(tmp_path / "deep.yaml")


def test_aliases_that_multiply_without_end_are_a_mistake_not_a_memory_leak(tmp_path: Path) -> None:
    rows = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 12)}]" for n in range(1, 11)]
    (tmp_path / "bomb.yaml").write_text("l0: &l0 [x]\n" + "\n".join(rows), encoding="utf-8")
    with pytest.raises(FlowError, match="too large"):
        load(tmp_path / "bomb.yaml")


def test_version_follows_the_content_and_not_the_comments(tmp_path: Path) -> None:
    path = tmp_path / "hello.yaml"
    path.write_text(HELLO, encoding="utf-8")
    first = load(path).version
    path.write_text("# a comment\n\n" + HELLO, encoding="utf-8")
    assert load(path).version == first
    path.write_text(HELLO.replace("Hello.", "Hello!"), encoding="utf-8")
    assert load(path).version != first


def test_ready_flows_speak_every_language() -> None:
    lines = {
        f"{path.stem}{language}": {"flow": path.stem, "language": language}
        for path in READY.glob("*.yaml")
        for language in ("en", "ru", "uk", "lv")
    }
    house = config(READY, **lines).model_copy(
        update={
            "hours": {"office": Calendar(open={"mon-fri": "09:00-18:00"})},
            "destinations": {"crm": Destination(url="https://crm.example.com")},
        }
    )
    flows = Flows(house)
    assert {voice for voice, _ in flows.texts()} == {"en", "ru", "uk", "lv"}
    for path in READY.glob("*.yaml"):
        for name, step in flows.flow(path.stem).steps.items():
            for text in step.texts():
                assert text.by_language.keys() == {"en", "ru", "uk", "lv"}, name
