"""``callserver flow``: check, draw, walk through and test flows, without a phone or a server."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from callserver.cli.flow_prompts import prompts
from callserver.cli.shared import ConfigFile, note, say
from callserver.model.errors import FlowError

if TYPE_CHECKING:  # help must come at once
    from callserver.cli.flow_files import Shelf
    from callserver.ivr.flow import Flow

FAILED = 1

app = typer.Typer(
    help="Flows: check, draw, walk through, test; no phone needed.", no_args_is_help=True
)

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATHS]",
        help="Flows by file or name, or folders of them. Default: all of the configuration.",
        show_default=False,
    ),
]
FlowName = Annotated[
    str, typer.Argument(metavar="FLOW", help="Its file, or its name in the configured folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, for machines.")]
Language = Annotated[str, typer.Option(help="Language of the texts: en, ru, uk or lv.")]


@app.command("check")
def check(paths: Paths = None, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Find every mistake: file, line, what is wrong and how to mend it. Exits 1 if there is one."""
    from callserver.cli import flow_report
    from callserver.cli.flow_files import Shelf

    shelf = Shelf(config)
    examined = [shelf.examine(path) for path in shelf.flows(paths or ())]
    if as_json:
        say(flow_report.check_json(examined))
    else:
        flow_report.show_check(_console(), examined)
    if any(one.mistakes for one in examined):
        raise typer.Exit(FAILED)


@app.command("draw")
def draw(
    flow: FlowName,
    form: Annotated[Literal["svg", "mermaid"], typer.Option("--format", help="Which.")] = "svg",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File; default: standard output.")
    ] = None,
    language: Language = "en",
    config: ConfigFile = None,
) -> None:
    """Draw a flow."""
    from callserver.cli.flow_files import Shelf
    from callserver.ivr.picture.graph import graph
    from callserver.ivr.picture.mermaid import mermaid
    from callserver.ivr.picture.svg import svg

    picture = graph(_good(Shelf(config), flow), language)
    text = svg(picture) if form == "svg" else mermaid(picture)
    if output is None:
        say(text.rstrip())
        return
    output.write_text(text, encoding="utf-8")
    note(f"Drew {len(picture.boxes)} steps into {output}.")


@app.command("talk")
def talk(
    flow: FlowName,
    at: Annotated[str, typer.Option(help="When, as '2026-12-24 18:30' or 18:30.")] = "",
    caller: Annotated[str, typer.Option(help="The caller's number.")] = "+37120000001",
    language: Annotated[str, typer.Option(help="Language of the line.")] = "en",
    known: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE of a variable, as caller.calls_24h=4; may be repeated."),
    ] = None,
    answer: Annotated[float, typer.Option(help="Seconds until an agent answers.")] = 20.0,
    talk_s: Annotated[float, typer.Option("--talk", help="Seconds they talk.")] = 60.0,
    config: ConfigFile = None,
) -> None:
    """Walk through a flow here: read what the caller hears, type the keys. Time is pretended."""
    from callserver.cli.flow_files import Shelf
    from callserver.cli.flow_terminal import TerminalCaller
    from callserver.ivr.interpreter import run
    from callserver.ivr.rehearsal.call import Over, PretendedCall
    from callserver.ivr.rehearsal.knowledge import moment_of, typed
    from callserver.ivr.rehearsal.outcomes import pretending
    from callserver.ivr.rehearsal.story import Given
    from callserver.ivr.rehearsal.voices import TextPrompts
    from callserver.ivr.rehearsal.ways import Trail

    shelf = Shelf(config)
    walked = _good(shelf, flow)
    now = datetime.now(shelf.zone)
    try:
        pairs = [pair.partition("=")[::2] for pair in known or ()]
        values = {"caller.number": caller, **{name: typed(name, text) for name, text in pairs}}
        given = Given(moment_of(at, now) if at else now, language, values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    console = _console()
    console.print(
        f"[bold]{walked.name}[/]  [dim]{given.at:%A %Y-%m-%d %H:%M} · {caller} · {language} · "
        "? for help[/]"
    )
    person = TerminalCaller(console, lambda: call.variables, answer, talk_s)
    call = PretendedCall(given, person, Trail())

    async def walk() -> None:
        try:
            await run(pretending(walked, person.outcome), call, TextPrompts(shelf.nouns))
        except Over:
            return

    asyncio.run(walk())


@app.command("test")
def test(
    paths: Paths = None,
    as_json: AsJson = False,
    cover: Annotated[
        float, typer.Option(min=0, max=100, help="Fail when fewer exits (%) of a flow are taken.")
    ] = 0.0,
    config: ConfigFile = None,
) -> None:
    """Play the talks of flows, in pretended time, and tell which ways out no talk took.

    Talks lie in tests/ beside the flows, or in *.talk.yaml. Exits 1 when one fails."""
    from callserver.cli import flow_report
    from callserver.cli.flow_files import Shelf
    from callserver.cli.flow_tests import play_all

    result = asyncio.run(play_all(Shelf(config), paths or ()))
    if as_json:
        say(flow_report.test_json(result.problems, result.played, result.covered))
    else:
        flow_report.show_test(
            _console(), result.problems, result.played, result.covered, result.flows
        )
    low = any(flow.percent < cover for flow in result.covered)
    if low:
        note(f"A flow is covered less than {cover:g} %.")
    if low or result.problems or any(one.failure for one in result.played):
        raise typer.Exit(FAILED)


app.command("prompts")(prompts)


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False)


def _good(shelf: "Shelf", name: str) -> "Flow":
    examined = shelf.examine(shelf.flow(name))
    if examined.flow is None:
        raise FlowError("\n".join(map(str, examined.mistakes)))
    return examined.flow
