"""What ``flow check`` and ``flow test`` tell: for people, and as JSON for machines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from callserver.cli.flow_files import Examined
from callserver.ivr.flow import Flow
from callserver.ivr.picture.graph import label
from callserver.ivr.rehearsal.run import Coverage, Played
from callserver.ivr.rehearsal.story import Moment, What
from callserver.ivr.rehearsal.talks import Problem
from callserver.ivr.rehearsal.ways import Exit

_TOLD = {
    What.SAYS: "▸ {}",
    What.CUT: "▸ (cut short) {}",
    What.KEY: "◂ key {}",
    What.SILENCE: "◂ no key within {} s",
    What.QUEUE: "♪ joins the queue `{}`",
    What.AGENT: "☎ talks with an agent for {} s",
    What.ENDS: "■ the server ends the call {}",
    What.LEAVES: "■ the caller hangs up",
    What.NOTE: "· {}",
}


def show_check(console: Console, examined: Sequence[Examined]) -> None:
    """Each mistake under the line that has it."""
    for one in examined:
        if one.flow is not None:
            console.print(
                f"[green]✓[/] {escape(str(one.path))}  [dim]{len(one.flow.steps)} steps[/]"
            )
            continue
        for mistake in one.mistakes:
            where = f"{mistake.file}:{mistake.line}" if mistake.line else mistake.file
            step = f"  step [cyan]{escape(mistake.step)}[/]" if mistake.step else ""
            console.print(f"[red]✗[/] [bold]{escape(where)}[/]{step}")
            if line := _line(mistake.file, mistake.line):
                console.print(f"    [dim]{mistake.line:4} │ {escape(line)}[/]")
            console.print(f"    {escape(mistake.what)}")
    wrong = sum(len(one.mistakes) for one in examined)
    bad = sum(one.flow is None for one in examined)
    if wrong:
        console.print(
            f"[red]{_many(wrong, 'mistake')} in {bad} of {_many(len(examined), 'flow')}.[/]"
        )
    else:
        console.print(f"[green]{_many(len(examined), 'flow')}, no mistakes.[/]")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def check_json(examined: Sequence[Examined]) -> str:
    """One JSON array of mistakes."""
    return json.dumps(
        [
            {"file": wrong.file, "line": wrong.line, "step": wrong.step, "what": wrong.what}
            for one in examined
            for wrong in one.mistakes
        ],
        ensure_ascii=False,
    )


def _line(file: str, number: int) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()[number - 1] if number else ""
    except (OSError, UnicodeDecodeError, IndexError):
        return ""


def show_test(
    console: Console,
    problems: Sequence[Problem],
    played: Sequence[Played],
    covered: Sequence[Coverage],
    flows: Sequence[Flow],
) -> None:
    """Each talk, with its story where it failed; then what no talk went through."""
    for problem in problems:
        console.print(f"[red]✗[/] {escape(str(problem))}")
    file = ""
    for one in played:
        if one.file != file:
            file = one.file
            console.print(f"[bold]{escape(file)}[/]")
        _show_talk(console, one)
    steps = {flow.name: flow.steps for flow in flows}
    for flow in covered:
        colour = "green" if not flow.missed else "yellow"
        total = flow.taken + len(flow.missed)
        console.print(
            f"[{colour}]{flow.percent:3.0f} %[/] of the exits of [bold]{escape(flow.flow)}[/] "
            f"[dim]({flow.taken} of {total})[/]"
        )
        for line, missed in flow.missed:
            words = label(steps[missed.flow][missed.step], _keys(missed, flows)) or "next"
            to = "the end" if missed.target is None else missed.target
            console.print(
                f"      [dim]{escape(flow.file)}:{line}[/]  [cyan]{escape(missed.step)}[/]: "
                f"{escape(words)} → {escape(to)}"
            )
    failed = sum(one.failure is not None for one in played) + len(problems)
    talks = _many(len(played), "talk")
    console.print(
        f"[red]{talks}, {failed} failed.[/]" if failed else f"[green]{talks}, all good.[/]"
    )


def _show_talk(console: Console, one: Played) -> None:
    if one.failure is None:
        console.print(f"  [green]✓[/] {escape(one.talk.title)}")
        return
    console.print(f"  [red]✗ {escape(one.talk.title)}[/]")
    console.print(f"      [bold]{escape(one.file)}:{one.failure.line}[/]")
    console.print(f"      the talk says  [bold]{escape(one.failure.expected)}[/]")
    console.print(f"      but            [red]{escape(one.failure.instead)}[/]")
    for moment in _keys_as_one(one.story):
        if moment.what is not What.STEP:
            told = _TOLD[moment.what].format(moment.text).rstrip()
            console.print(f"      [dim]{_time(moment)} {escape(told)}[/]")


def _keys_as_one(story: Sequence[Moment]) -> Iterator[Moment]:
    for keys, moments in groupby(story, lambda moment: moment.what is What.KEY):
        together = list(moments)
        if keys:
            yield replace(together[0], text="".join(moment.text for moment in together))
        else:
            yield from together


def _time(moment: Moment) -> str:
    minutes, rest = divmod(int(moment.at_s), 60)
    return f"{minutes:3}:{rest:02}  {moment.step:16}"


def _keys(missed: Exit, flows: Sequence[Flow]) -> list[str]:
    """The keys in the file; those by which a flow ends are one exit."""
    if missed.target is not None:
        return [missed.key]
    step = next(flow.steps[missed.step] for flow in flows if flow.name == missed.flow)
    return [key for key, target in step.exits().items() if target is None]


def test_json(
    problems: Sequence[Problem], played: Sequence[Played], covered: Sequence[Coverage]
) -> str:
    """One JSON object."""
    talks = [
        {
            "file": one.file,
            "line": one.talk.number,
            "talk": one.talk.title,
            "ok": one.failure is None,
            "seconds": round(one.story[-1].at_s, 1) if one.story else 0.0,
            "failure": one.failure
            and {
                "line": one.failure.line,
                "expected": one.failure.expected,
                "instead": one.failure.instead,
            },
        }
        for one in played
    ]
    flows = [
        {
            "flow": one.flow,
            "file": one.file,
            "percent": round(one.percent, 1),
            "missed": [
                {"line": line, "step": exit_.step, "exit": exit_.key, "target": exit_.target}
                for line, exit_ in one.missed
            ],
        }
        for one in covered
    ]
    wrong = [{"file": one.file, "line": one.line, "what": one.what} for one in problems]
    return json.dumps({"talks": talks, "flows": flows, "problems": wrong}, ensure_ascii=False)
