"""The play: the server starts, agents register, customers dial in, and the curtain falls with a
table of call records."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from callserver import log
from callserver.app import App
from callserver.demo import cast, stage
from callserver.demo.story import Story
from callserver.demo.verdict import Verdict, judge
from callserver.model.call import Result
from callserver.model.people import Role
from callserver.model.record import CallRecord
from callserver.model.store_ports import CallFilter
from callserver.runtime import Tasks
from callserver.testing.crm import accounts

READY_S = 15.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What the customers' calls left behind, and what went wrong at the phones."""

    calls: Sequence[tuple[CallRecord, Verdict]]
    errors: Sequence[str]

    def summary(self) -> dict[str, object]:
        records = [record for record, _ in self.calls]
        return {
            "calls": len(records),
            "answered": sum(
                r.ending is not None and r.ending.result is Result.ANSWERED for r in records
            ),
            "recordings_verified": sum(verdict.verified for _, verdict in self.calls),
            "waited_s": [round(record.waited_s, 2) for record in records],
            "talked_s": [round(record.talked_s, 2) for record in records],
            "errors": len(self.errors),
        }


def run(root: Path, *, once: bool, as_json: bool) -> int:
    """Play the demo below ``root``; the exit status (0: everything was as it should be). With
    ``once`` it ends by itself, else it stays up until Ctrl-C. With ``as_json`` the last line of
    standard output is one JSON object."""
    log.setup("warning")
    console = Console(stderr=as_json)
    scene = uvloop.run(_play(root, console, once=once))
    if as_json:
        print(json.dumps(scene.summary()))  # noqa: T201 - this is the command's result
    whole = all(verdict.verified for _, verdict in scene.calls)
    return 0 if whole and scene.calls and not scene.errors else 1


async def _play(root: Path, console: Console, *, once: bool) -> Scene:
    async with accounts() as crm:
        return await _evening(App(stage.configuration(root, crm)), console, once=once)


async def _evening(app: App, console: Console, *, once: bool) -> Scene:
    app.bus.subscribe(Story(console))
    try:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("Preparing voices and music", total=None)
            await app.start(lambda done, total: bar.update(task, completed=done, total=total))
        with tempfile.TemporaryDirectory(prefix="callserver-demo-") as logs:
            scene = await _act(app, console, Path(logs))
        _show(scene, app.config.recording.dir.absolute(), console)
        if not once:
            _token, secret = await app.tokens.create("demo", Role.ADMIN)
            console.print(
                f"\nThe server is still up: SIP {app.edge.public}, API {app.web.url}\n"
                f"Token for the API: {secret}\n[bold]Ctrl-C ends it.[/bold]"
            )
            await _asked_to_end()
        return scene
    finally:
        await app.stop()


async def _asked_to_end() -> None:
    """Until Ctrl-C; while the play goes on that breaks it off."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, asked.set)
    await asked.wait()


async def _act(app: App, console: Console, logs: Path) -> Scene:
    since = app.clock.now()
    console.print(f"[bold]callserver[/bold] listens on {app.edge.public} (UDP and TCP)\n")
    for agent in cast.AGENTS:
        await _employ(app, agent)
    agents = Tasks("demo.agents")
    errors: list[str] = []
    try:
        async with asyncio.timeout(READY_S):
            ready = [asyncio.Event() for _ in cast.AGENTS]
            for agent, event in zip(cast.AGENTS, ready, strict=True):
                agents.start(agent.username, cast.work(agent, app.edge.public, logs, event))
            await asyncio.gather(*(event.wait() for event in ready))
        outcomes = await asyncio.gather(
            *(cast.dial_in(who, app.edge.public, stage.LINE, logs) for who in cast.CUSTOMERS),
            return_exceptions=True,
        )
        errors += [f"{type(error).__name__}: {error}" for error in outcomes if error]
        await app.reception.settle()
    finally:
        await agents.close()
    await app.journal.flush()
    recordings = app.config.recording.dir
    records = await app.store.calls(CallFilter(since=since))
    calls = [(record, judge(record, recordings)) for record in reversed(list(records))]
    return Scene(calls, errors)


async def _employ(app: App, agent: cast.Agent) -> None:
    if app.people.account(agent.username) is None:
        await app.people.add(agent.username, agent.name, agent.password, (stage.QUEUE,))
    else:
        await app.people.set_password(agent.username, agent.password)


def _show(scene: Scene, recordings: Path, console: Console) -> None:
    table = Table(title="Call records")
    for column in ("customer", "result", "agent", "waited", "talked", "left", "right", "recording"):
        table.add_column(column)
    for record, verdict in scene.calls:
        table.add_row(
            record.name or record.number,
            str(record.ending),
            record.agent or "",
            f"{record.waited_s:.1f} s",
            f"{record.talked_s:.1f} s",
            f"{verdict.left_hz:.0f} Hz",
            f"{verdict.right_hz:.0f} Hz",
            ("✓ " if verdict.verified else "✗ ")
            + (record.recording.path if record.recording else "none"),
        )
    console.print(table)
    console.print(f"Recordings lie in {recordings} (left: customer, right: agent).")
    for error in scene.errors:
        console.print(f"[red]{error}[/red]")
