"""``callserver demo``: the real server with simulated people on real SIP."""

from pathlib import Path
from typing import Annotated

import typer

from callserver.cli.shared import terminated_is_interrupted


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the last call; else Ctrl-C ends it.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The last line of standard output is a JSON object.")
    ] = False,
) -> None:
    """Start a server here on free loopback ports, let customers dial in and agents answer, and
    show the call records and recordings that remain."""
    from callserver.demo import run

    terminated_is_interrupted()
    raise typer.Exit(run(Path.cwd(), once=once, as_json=as_json))
