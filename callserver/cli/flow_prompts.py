"""``callserver flow prompts``: what a voice talent is to record, and what was recorded taken in."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from callserver.cli.shared import ConfigFile, complain, note, read_config, say, show_table
from callserver.config import Config
from callserver.model.errors import ConfigError, PromptError

if TYPE_CHECKING:  # help must come at once
    from callserver.speech.script import Line

FAILED = 1

Folder = Annotated[
    Path | None,
    typer.Option(
        "--import",
        metavar="FOLDER",
        help="Take in recordings: LANGUAGE/NAME.wav (or flac, mp3, ogg …), as named in the list.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    line: "Line"
    used: str
    recorded: bool


def prompts(
    language: Annotated[list[str] | None, typer.Option(help="Only this; may be repeated.")] = None,
    use: Annotated[
        list[str] | None,
        typer.Option(help="Only flows, system, values or queues; may be repeated."),
    ] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only what is not recorded.")] = False,
    form: Annotated[
        Literal["table", "csv"], typer.Option("--format", help="For people, or for sheets.")
    ] = "table",
    source: Folder = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Import over recordings that are there.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """List what can be recorded, or import recordings: checked, converted, levelled."""
    settings = read_config(config)
    if source is not None:
        if not take_in(settings, source, replace=replace):
            raise typer.Exit(FAILED)
        return
    every = rows(settings)
    chosen = [
        row
        for row in every
        if (not language or row.line.language in language)
        and (not use or row.line.use in use)
        and not (missing and row.recorded)
    ]
    if form == "csv":
        _csv(chosen)
    else:
        _table(chosen)


def rows(config: Config) -> Iterator[Row]:
    """Every line that may be heard, each text once, with where it is used."""
    from callserver.speech.script import Line, Use, script
    from callserver.speech.values import PAUSE

    folder = config.speech.prompts_dir
    texts, plays = _of_flows(config)
    told = set[tuple[str, str]]()

    def row(line: Line, used: Iterable[str]) -> Row:
        there = folder is not None and line.recording(folder).is_file()
        return Row(line, ", ".join(used), there)

    for (language, name), used in plays.items():
        yield row(Line(language, name, "", Use.FLOWS), used)
    for line in script(config, texts):
        if line.text != PAUSE and (line.language, line.text) not in told:
            told.add((line.language, line.text))
            used = texts.get((line.language, line.text), {})
            yield row(line, used if line.use is Use.FLOWS else (line.use, *used))


Places = dict[tuple[str, str], dict[str, None]]


def _of_flows(config: Config) -> tuple[Places, Places]:
    """(language, text) and (language, name of a recorded prompt) → the steps that want them. Flows
    are not asked whether the recordings are there: that is what the list is for."""
    from callserver.ivr.bind import Binder
    from callserver.ivr.library import folder, spoken
    from callserver.ivr.needs import Needed, World
    from callserver.model.errors import FlowError
    from callserver.speech.script import nouns

    uses = spoken(config)

    def world(name: str) -> World:
        return World(languages=uses.get(name, ()), nouns=partial(nouns, config))

    binder = Binder(folder(config.flows_dir), world, uses.__contains__)
    texts: Places = {}
    plays: Places = {}
    for name, languages in uses.items():
        flow = binder.flow(name)
        if flow is None:
            raise FlowError("\n".join(map(str, binder.mistakes(name))))
        for language in sorted({*languages, *flow.languages()}):
            for part in flow.family():
                for step_name, step in part.steps.items():
                    place = f"{part.name}: {step_name}"
                    for spoken_text in step.words(language):
                        texts.setdefault(spoken_text, {})[place] = None
                    for need in step.needs():
                        if need.kind is Needed.RECORDING:
                            plays.setdefault((language, need.name), {})[place] = None
    return texts, plays


def take_in(config: Config, source: Path, *, replace: bool) -> bool:
    """Import a folder; tells what became of each file. False: not all could be taken."""
    from callserver.speech.intake import take, wanted

    folder = config.speech.prompts_dir
    if folder is None:
        raise ConfigError("set speech.prompts_dir in the configuration: recordings go there")
    if not source.is_dir():
        raise ConfigError(f"{source} is no folder")
    names = _by_name(row.line for row in rows(config))
    taken = bad = 0
    for language, file in _files(source, names):
        line = wanted(file, names[language])
        if line is None:
            complain(f"{file}: no prompt has this name{_hint(file, names[language])}")
            bad += 1
            continue
        target = line.recording(folder)
        if target.exists() and not replace:
            note(f"{file}: {target} is there already; --replace takes the new one")
            continue
        try:
            done = take(file, line, target)
        except PromptError as error:
            complain(f"{file}: {error}")
            bad += 1
            continue
        taken += 1
        warned = "".join(f"; {warning}" for warning in done.warnings)
        say(f"{target}  {done.seconds:.1f} s{warned}")
    note(f"{taken} imported, {bad} refused. A running server hears of them at its next start.")
    return not bad


def _by_name(lines: Iterable["Line"]) -> Mapping[str, Mapping[str, "Line"]]:
    names: dict[str, dict[str, Line]] = {}
    for line in lines:
        names.setdefault(line.language, {})[line.name] = line
    return names


def _files(source: Path, languages: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The files of a folder with one folder for each language."""
    found = False
    for language in sorted(languages):
        for file in sorted((source / language).glob("*")):
            if file.is_file() and not file.name.startswith("."):
                found = True
                yield language, file
    if not found:
        raise ConfigError(
            f"{source}: no recordings in {', '.join(f'{each}/' for each in sorted(languages))}"
        )


def _hint(file: Path, lines: Mapping[str, "Line"]) -> str:
    from callserver.ivr.words import hint

    near = hint(file.stem.lower(), lines)
    return near if "mean" in near else "; `callserver flow prompts` lists the names"


def _csv(chosen: Sequence[Row]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("file", "language", "text", "used", "recorded"))
    for row in chosen:
        line = row.line
        file = f"{line.language}/{line.name}.wav"
        out.writerow((file, line.language, line.text, row.used, "yes" if row.recorded else "no"))


def _table(chosen: Sequence[Row]) -> None:
    show_table(
        ("language", "name", "text", "used", "recorded"),
        (
            (
                row.line.language,
                row.line.name,
                row.line.text,
                row.used,
                "yes" if row.recorded else "",
            )
            for row in chosen
        ),
    )
    recorded = sum(row.recorded for row in chosen)
    note(f"{len(chosen)} prompts, {recorded} recorded; the others are synthesised.")
