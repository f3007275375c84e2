"""``queue`` and the live part of ``agent``: what they ask the running server, and what they say."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from callserver.model.agent import AgentState
from callserver.model.live import QueueView, WaitingView, Waits
from callserver.model.people import Role
from tests.cli.conftest import Run
from tests.web.fakes import NOW
from tests.web.world import World


class Served:
    """A server of fakes on a loop of its own, as commands block theirs."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.world = World(folder)
        self.run(self.world.start())
        self.world.floor.queue_views = [
            QueueView(
                "support",
                "Support",
                (
                    WaitingView("c7", 1, NOW - 90, 90.0, 0, ("anna",)),
                    WaitingView("c8", 2, NOW - 4, 4.0, 5, (), Waits.ALL_BUSY, None),
                ),
                {AgentState.READY: 1, AgentState.TALKING: 2},
                75.0,
            ),
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.world.config.http.port}"

    def run(self, what: object) -> object:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)  # type: ignore[arg-type]

    def close(self) -> None:
        self.run(self.world.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    server = Served(tmp_path / "world")
    monkeypatch.setenv("CALLSERVER_TOKEN", server.world.secrets[Role.SUPERVISOR])
    yield server
    server.close()


def test_the_queues_are_listed_with_who_waits_and_why(run: Run, served: Served) -> None:
    url = served.url
    listed = run("queue", "list", "--url", url).out
    assert [cell.strip() for cell in _row(listed, "support")] == [
        *("support", "2", "1:30", "1:15", "1", "2", "0", "0", ""),
    ]
    shown = run("queue", "show", "support", "--url", url).out
    assert [cell.strip() for cell in _row(shown, "c7")] == ["1", "c7", "1:30", "0", "anna", ""]
    assert "all busy" in shown


def _row(table: str, with_: str) -> list[str]:
    line = next(line for line in table.splitlines() if f" {with_} " in line)
    return line.strip("│").split("│")


def test_callers_and_agents_are_steered(run: Run, served: Served) -> None:
    url = served.url
    for command, said in (
        (("queue", "priority", "c8", "9"), "c8: place 2 in support"),
        (("queue", "place", "c8", "1"), "c8: place 1 in support"),
        (("queue", "pick", "c8", "anna"), "anna rung"),
        (("queue", "move", "c8", "support"), "c8 goes to support"),
        (("queue", "close", "support"), "support is closed"),
        (("queue", "open", "support"), "support is open"),
        (("agent", "state", "anna", "paused", "--reason", "lunch"), "anna is paused lunch"),
        (("agent", "skills", "anna", "--queue", "support=2", "--skill", "french=7"), "anna is"),
    ):
        outcome = run(*command, "--url", url)
        assert (outcome.code, said in outcome.err) == (0, True), outcome.err
    account = served.world.store.accounts["anna"]
    assert (account.penalties, account.skills) == ({"support": 2}, {"french": 7})
    assert "paused" in run("agent", "live", "--url", url).out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("queue", "show", "nowhere"), "no queue nowhere"),
        (("queue", "priority", "c9", "1"), "no call"),
        (("queue", "priority", "c8", "1000"), "/priority"),
        (("agent", "wrap-up", "anna", "30"), "not in wrap-up"),
        (("agent", "skills", "anna", "--skill", "french=much"), "write NAME=NUMBER"),
    ],
)
def test_what_the_server_refuses_is_told(
    run: Run, served: Served, command: tuple[str, ...], said: str
) -> None:
    outcome = run(*command, "--url", served.url)
    assert (outcome.code, said in outcome.err) == (1, True), outcome.err


def test_without_token_or_server_it_is_said_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLSERVER_TOKEN", raising=False)
    assert "set CALLSERVER_TOKEN" in run("queue", "list").err
    monkeypatch.setenv("CALLSERVER_TOKEN", "cs_x")
    assert "no server answers" in run("queue", "list", "--url", "http://127.0.0.1:1").err
