"""``queue`` and the live part of ``agent``: what they ask the running server, and what they say."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from callserver.model.agent import AgentState
from callserver.model.live import QueueView, WaitingView, Waits
from callserver.model.message_facts import VoicemailLeft
from callserver.model.people import Role
from callserver.model.voicemail import Voicemail
from tests.cli.conftest import Outcome, Run
from tests.web.fakes import NOW
from tests.web.world import World

QUEUE = QueueView(
    "support",
    "Support",
    (
        WaitingView("c7", 1, NOW - 90, 90.0, 0, ("anna",)),
        WaitingView("c8", 2, NOW - 4, 4.0, 5, (), Waits.ALL_BUSY, None),
    ),
    {AgentState.READY: 1, AgentState.TALKING: 2},
    75.0,
    answered=8,
    in_time=7,
)


class Served:
    """A server of fakes, and commands that ask it: they block, so each has a thread."""

    def __init__(self, world: World, run: Run) -> None:
        self.world = world
        self._run = run
        world.floor.queue_views = [QUEUE]

    async def run(self, *command: str) -> Outcome:
        url = f"http://127.0.0.1:{self.world.config.http.port}"
        return await asyncio.to_thread(self._run, *command, "--url", url)


@pytest.fixture
async def served(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    with capture_logs():  # the server runs in this process: its lines are no words of a command
        async with World(tmp_path / "world") as world:
            monkeypatch.setenv("CALLSERVER_TOKEN", world.secrets[Role.SUPERVISOR])
            yield Served(world, run)


async def test_the_queues_are_listed_with_who_waits_and_why(served: Served) -> None:
    listed = (await served.run("queue", "list")).out
    assert [cell.strip() for cell in _row(listed, "support")] == [
        *("support", "2", "1:30", "1:15", "1", "2", "0", "0", "88%", ""),
    ]
    shown = (await served.run("queue", "show", "support")).out
    assert [cell.strip() for cell in _row(shown, "c7")] == ["1", "c7", "1:30", "0", "anna", ""]
    assert "all busy" in shown


def _row(table: str, with_: str) -> list[str]:
    line = next(line for line in table.splitlines() if f" {with_} " in line)
    return line.strip("│").split("│")


async def test_callers_and_agents_are_steered(served: Served) -> None:
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
        outcome = await served.run(*command)
        assert (outcome.code, said in outcome.err) == (0, True), outcome.err
    account = served.world.store.accounts["anna"]
    assert (account.penalties, account.skills) == ({"support": 2}, {"french": 7})
    assert "paused" in (await served.run("agent", "live")).out


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
async def test_what_the_server_refuses_is_told(
    served: Served, command: tuple[str, ...], said: str
) -> None:
    outcome = await served.run(*command)
    assert (outcome.code, said in outcome.err) == (1, True), outcome.err


def test_without_token_or_server_it_is_said_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLSERVER_TOKEN", raising=False)
    assert "set CALLSERVER_TOKEN" in run("queue", "list").err
    monkeypatch.setenv("CALLSERVER_TOKEN", "cs_x")
    assert "no server answers" in run("queue", "list", "--url", "http://127.0.0.1:1").err


async def test_voicemails_are_listed_given_to_somebody_and_done(served: Served) -> None:
    left = VoicemailLeft(
        *("c1", NOW, "m1", "support", "100", "+37120000012", "Anna", "m1.wav", "ab" * 32),
        *(12.4, 8000, 200, NOW - 60, False),
    )
    served.world.store.messages["m1"] = Voicemail(left)
    assert (await served.run("voicemail", "assign", "m1", "anna")).code == 0
    (row,) = json.loads((await served.run("voicemail", "list", "--json")).out)
    assert (row["assignee"], row["done_at"]) == ("anna", None)
    listed = (await served.run("voicemail", "list", "--queue", "support")).out
    assert "+37120000012" in listed and "anna" in listed and "12" in listed
    assert (await served.run("voicemail", "done", "m1")).code == 0
    assert "m1" not in (await served.run("voicemail", "list")).out
    assert "done" in (await served.run("voicemail", "list", "--all")).out
    assert (await served.run("voicemail", "undone", "m1")).code == 0
    called = await served.run("voicemail", "callback", "m1")
    assert called.err.startswith("+37120000012 is called back by support")
    unknown = await served.run("voicemail", "assign", "m1", "nobody")
    assert (unknown.code, "no agent 'nobody'" in unknown.err) == (1, True)


async def test_a_call_is_ordered_for_an_agent(served: Served) -> None:
    done = await served.run("call", "to", "anna", "+371 2000-0012", "--line", "100", "--why", "x")
    assert (done.code, "anna's phones ring, then +37120000012 Jane is called" in done.err) == (
        *(0, True),
    )
    (order,) = served.world.orders.asked
    assert (order.agent, order.number, order.line, order.why) == (
        "anna",
        "+37120000012",
        "100",
        "x",
    )
