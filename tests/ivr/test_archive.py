"""Versions of flows: kept for the calls in them, fallen back on, taken into use, let go."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from callserver.config import Config
from callserver.ivr.archive import Archive
from callserver.ivr.library import Flows
from callserver.ivr.shelf import Shelf
from callserver.ivr.watch import follow
from callserver.metrics import Metrics
from callserver.model.errors import FlowError, PromptError
from callserver.runtime import Tasks
from callserver.testing.watch import Watch

HELLO = "start: hello\nsteps:\n  hello: {{say: {}}}\n"
OUTER = "start: in\nsteps:\n  in: {subflow: inner, next: bye}\n  bye: {say: Bye.}\n"


class House:
    """A folder of flows, the lines that use them, and what was prepared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "flows"
        self.folder.mkdir()
        self.archive = Archive(folder / "kept")
        self.prepared: list[set[str]] = []
        self.broken = ""

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def flows(self, *lines: str) -> Flows:
        config = Config.model_validate(
            {"flows_dir": self.folder, "lines": {line: {"flow": line} for line in lines}}
        )
        return Flows(config, self.archive)

    async def prepare(self, texts: Iterable[tuple[str, str]]) -> None:
        said = {text for _, text in texts}
        if self.broken in said:
            raise PromptError(f"cannot say {self.broken}")
        self.prepared.append(said)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_new_version_is_taken_when_its_prompts_are_ready_and_calls_keep_theirs(
    house: House,
) -> None:
    house.write("hello", HELLO.format("One."))
    flows = house.flows("hello")
    begun = flows.flow("hello")
    house.write("hello", HELLO.format("Two."))
    await flows.reload(house.prepare)
    assert house.prepared == [{"Two."}]
    assert flows.flow("hello").version != begun.version
    assert list(begun.words("en")) == [("en", "One.")]


async def test_version_whose_prompts_cannot_be_made_is_not_taken(house: House) -> None:
    house.write("hello", HELLO.format("One."))
    flows = house.flows("hello")
    house.write("hello", HELLO.format("Two."))
    house.broken = "Two."
    await flows.reload(house.prepare)
    assert list(flows.texts()) == [("en", "One.")]
    assert "cannot say Two." in str(flows.mistakes["hello"][0])


@pytest.mark.parametrize("mistake", ["start: gone\n", "steps: [", ""])
async def test_file_with_a_mistake_keeps_the_last_good_version_and_is_told(
    house: House, mistake: str
) -> None:
    house.write("hello", HELLO.format("One."))
    flows = house.flows("hello")
    good = flows.flow("hello")
    house.write("hello", mistake)
    with capture_logs() as logs:
        await flows.reload(house.prepare)
    assert flows.flow("hello") is good
    assert flows.mistakes["hello"]
    assert logs[0]["event"] == "flow_keeps_last_good"
    assert logs[0]["log_level"] == "error"
    house.write("hello", HELLO.format("Three."))
    await flows.reload(house.prepare)
    assert flows.mistakes == {}
    assert list(flows.texts()) == [("en", "Three.")]


async def test_server_that_starts_with_a_broken_file_falls_back_on_what_it_used_last(
    house: House,
) -> None:
    house.write("hello", HELLO.format("One."))
    good = house.flows("hello").flow("hello")
    house.write("hello", "start: gone\n")
    flows = house.flows("hello")
    assert flows.flow("hello").version == good.version
    assert flows.mistakes["hello"]
    with pytest.raises(FlowError):
        Flows(Config.model_validate({"flows_dir": house.folder, "lines": {"a": {"flow": "hello"}}}))


async def test_mistake_in_a_subflow_keeps_both_as_they_were(house: House) -> None:
    house.write("outer", OUTER)
    house.write("inner", HELLO.format("In."))
    flows = house.flows("outer")
    good = flows.flow("outer")
    house.write("inner", "start: gone\n")
    await flows.reload(house.prepare)
    assert flows.flow("outer") is good
    house.write("inner", HELLO.format("Changed."))
    await flows.reload(house.prepare)
    assert flows.flow("outer").version != good.version, "its subflow is part of it"
    assert ("en", "Changed.") in set(flows.texts())


async def test_next_controller_has_the_version_a_call_is_in_with_its_subflows(house: House) -> None:
    house.write("outer", OUTER)
    house.write("inner", HELLO.format("In."))
    old = house.flows("outer").flow("outer")
    house.write("inner", HELLO.format("Changed."))
    house.write("outer", OUTER.replace("Bye", "Ciao"))
    flows = house.flows("outer")
    found = flows.flow("outer", old.version)
    assert found.version == old.version != flows.flow("outer").version
    assert found.subflows["inner"].version == old.subflows["inner"].version
    assert set(flows.texts_of([("outer", old.version)])) == {("en", "In."), ("en", "Bye.")}
    assert flows.flow("outer", "no such version") is flows.flow("outer")


async def test_version_is_let_go_when_no_call_is_in_it_any_more(house: House) -> None:
    house.write("hello", HELLO.format("One."))
    flows = house.flows("hello")
    old = flows.flow("hello").version
    house.write("hello", HELLO.format("Two."))
    await flows.reload(house.prepare)
    now = flows.flow("hello").version
    flows.forget([("hello", old)])
    assert flows.flow("hello", old).version == old
    flows.forget([])
    assert flows.flow("hello", old).version == now
    assert house.flows("hello").flow("hello", now).version == now


async def test_archive_that_cannot_be_read_or_written_costs_nothing(house: House) -> None:
    house.write("hello", HELLO.format("One."))
    version = house.flows("hello").flow("hello").version
    for file in (house.folder.parent / "kept").rglob("*.json"):
        file.write_text("{", encoding="utf-8")
    flows = house.flows("hello")
    assert flows.flow("hello", "0" * 12).version == version


async def test_shelf_shows_versions_calls_and_mistakes_and_warns(house: House) -> None:
    house.write("hello", HELLO.format("One."))
    house.write("draft", "start: gone\n")
    flows = house.flows("hello")
    metrics = Metrics()
    used = [("hello", "v0"), ("hello", flows.flow("hello").version)]
    shelf = Shelf(flows, house.prepare, lambda: used, metrics)
    draft, hello = shelf.flows()
    assert (hello.name, hello.lines, hello.calls, hello.mistakes) == ("hello", ("hello",), 2, ())
    assert draft.version is None
    assert draft.mistakes
    assert shelf.warnings() == {}, "no line needs the draft"
    house.write("hello", "")
    await shelf.reload()
    assert list(shelf.warnings()) == ["flow.hello"]
    told = metrics.registry.get_sample_value("callserver_flow_mistakes")
    assert told == 2


@pytest.mark.parametrize("how", ["write", "move", "remove"])
async def test_change_in_the_folder_is_noticed(tmp_path: Path, how: str) -> None:
    watch, changes = Watch(), 0
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "old.yaml").write_text("a: 1")
    (tmp_path / "new").write_text("b: 1")

    async def changed() -> None:
        nonlocal changes
        changes += 1
        watch.changed()

    tasks = Tasks("test")
    tasks.start("follow", follow(tmp_path / "flows", changed))
    await _settled()
    actions: dict[str, Any] = {
        "write": lambda: (tmp_path / "flows" / "old.yaml").write_text("a: 2"),
        "move": lambda: (tmp_path / "new").rename(tmp_path / "flows" / "old.yaml"),
        "remove": lambda: (tmp_path / "flows" / "old.yaml").unlink(),
    }
    actions[how]()
    await watch.until("the change is noticed", lambda: changes, timeout=5.0)
    await tasks.close()


async def _settled() -> None:
    """Until a task that was just started waits for the first time."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_kept_version_that_counts_what_the_house_counts_is_understood(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "hello.yaml").write_text(
        'start: hello\nsteps:\n  hello: {say: "You have {caller.calls_24h|count:ticket}."}\n'
    )
    config = Config.model_validate(
        {
            "flows_dir": folder,
            "lines": {"a": {"flow": "hello"}},
            "speech": {"nouns": {"ticket": {"en": "ticket|tickets"}}},
        }
    )
    flow = Flows(config).flow("hello")
    archive = Archive(tmp_path / "kept")
    archive.keep([flow])
    kept = archive.current("hello")
    assert kept is not None
    assert kept.steps == flow.steps
