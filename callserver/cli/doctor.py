"""``callserver doctor``: is this machine fit to take calls?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from callserver.cli.checks import Verdict, examine
from callserver.cli.shared import ConfigFile, read_config, say

_COLOURS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}


def doctor(
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for machines.")] = False,
) -> None:
    """Check everything the server needs: each with a verdict and, when it is not ok, a cure.
    Exits 1 when a check failed."""
    settings = read_config(config)
    findings = []
    console = Console(soft_wrap=True, highlight=False)
    for finding in examine(settings):
        findings.append(finding)
        if not as_json:
            colour = _COLOURS[finding.verdict]
            console.print(
                f"[{colour}]{finding.verdict:4}[/] [bold]{escape(finding.check)}[/]: "
                f"{escape(finding.found)}"
            )
            if finding.cure:
                console.print(f"     {escape(finding.cure)}")
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings]))
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise typer.Exit(1)
