"""The flows of ``flows_dir``: read and checked when the server starts, and whenever one changes."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from callserver import log
from callserver.config import Config
from callserver.ivr import plugins
from callserver.ivr.archive import Archive
from callserver.ivr.bind import Binder, File
from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.needs import World
from callserver.ivr.words import hint
from callserver.model.errors import FlowError, PromptError, UnknownName
from callserver.speech.script import nouns

_log = log.get("ivr")

Prepare = Callable[[Iterable[tuple[str, str]]], Awaitable[None]]
"""Makes (voice, words) ready as sound; ``PromptError`` when it cannot."""


def folder(path: Path) -> Callable[[str], File | None]:
    """Where a :class:`Binder` finds the flows of a folder."""

    def fetch(name: str) -> File | None:
        file = path / f"{name}.yaml"
        try:
            return File(str(file), file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            return File(str(file), "", f"cannot be read: {error}")

    return fetch


def names(path: Path) -> list[str]:
    """The flows of a folder."""
    return sorted(file.stem for file in path.glob("*.yaml"))


def examine(path: Path, world: World | None = None) -> tuple[Flow | None, list[Mistake]]:
    """A flow file and all its mistakes; there is a flow exactly when there are none. Its subflows
    are looked for beside it."""
    around = replace(world or World(), flows=names(path.parent))
    found = Binder(folder(path.parent), lambda _name: around, lambda _name: False)
    flow, mistakes = found.flow(path.stem), list(found.mistakes(path.stem))
    if flow is None and not mistakes:
        mistakes = [Mistake(str(path), 0, "", "there is no such file")]
    return flow, mistakes


def load(path: Path, world: World | None = None) -> Flow:
    """The flow in a file. Raises ``FlowError`` with all its mistakes, one a line."""
    flow, mistakes = examine(path, world)
    if flow is None:
        raise FlowError("\n".join(map(str, mistakes)))
    return flow


def binder(config: Config) -> Binder:
    """Binds the flows that are in ``flows_dir`` now, for the lines there are."""
    uses = spoken(config)
    there = names(config.flows_dir)
    functions = plugins.functions().keys()

    def world(name: str) -> World:
        return World(
            queues=config.queues,
            languages=uses.get(name, ()),
            recorded=_recorded(config),
            flows=there,
            functions=functions,
            hours=config.hours,
            destinations=config.destinations,
            places=config.places,
            nouns=partial(nouns, config),
        )

    return Binder(folder(config.flows_dir), world, uses.__contains__)


def spoken(config: Config) -> dict[str, set[str]]:
    """The flows that calls begin with, each with the languages they may be in: those of its lines,
    or, of a queue's survey, those of all lines."""
    uses: dict[str, set[str]] = {}
    every = {line.language or config.speech.language for line in config.lines.values()}
    for queue in config.queues.values():
        if queue.survey.share:
            uses[queue.survey.flow] = every | {config.speech.language}
    for line in config.lines.values():
        uses.setdefault(line.flow, set()).add(line.language or config.speech.language)
    return uses


class Flows:
    """All good flows, by name. A flow is a value: a call holds on to the one it began with, so
    loading a newer one later disturbs nobody. ``mistakes`` are those of the files as they are
    now, by flow; a flow that was good before stays in use in its last good version."""

    def __init__(self, config: Config, archive: Archive | None = None) -> None:
        """Read the folder. Raises ``FlowError`` with every mistake in the flows that lines begin
        with, unless ``archive`` has a good version of it; one that no line needs is only left out,
        with a warning."""
        self._config = config
        self._archive = archive
        self.folder = config.flows_dir
        self.lines: dict[str, list[str]] = {}
        for number, line in config.lines.items():
            self.lines.setdefault(line.flow, []).append(number)
        self._uses = spoken(config)
        self._old: dict[tuple[str, str], Flow] = {}
        self._busy = asyncio.Lock()
        self._flows, self.mistakes = self._read()
        self._fall_back()
        if archive is not None:
            archive.keep(self._flows.values())

    def flow(self, name: str, version: str | None = None) -> Flow:
        """The newest good version, or the one asked for, if it is still to be had. Raises
        ``UnknownName``."""
        if version is not None and (found := self._version(name, version)) is not None:
            return found
        try:
            return self._flows[name]
        except KeyError:
            raise UnknownName(f"no flow {name!r}{hint(name, sorted(self._flows))}") from None

    def flows(self) -> Mapping[str, Flow]:
        """What new calls get."""
        return self._flows

    def texts(self) -> Iterator[tuple[str, str]]:
        """All that the lines' callers may hear, as (voice, words), to be prepared."""
        return self._words(self._flows)

    def texts_of(self, versions: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The same for calls that are in these (name, version) already."""
        for name, version in versions:
            flow = self._version(name, version)
            for language in sorted(self._uses.get(name, ())):
                yield from flow.words(language) if flow is not None else ()

    async def reload(self, prepare: Prepare) -> None:
        """Read the folder again. What is good and new is taken into use as soon as its prompts are
        ready; the rest stays as it is."""
        async with self._busy:
            found, mistakes = self._read()
            flows = {
                **{name: self._flows[name] for name in mistakes if name in self._flows},
                **found,
            }
            flows |= {name: self._flows[name] for name in self._uses if name not in flows}
            changed = sorted(
                name
                for name in flows.keys() | self._flows.keys()
                if flows.get(name) is None
                or name not in self._flows
                or flows[name].version != self._flows[name].version
            )
            try:
                await prepare(self._words(flows))
            except PromptError as error:
                _log.error("flows_not_taken", changed=changed, error=str(error))
                told = Mistake(str(self._config.flows_dir), 0, "", str(error))
                self.mistakes = {**mistakes, **dict.fromkeys(changed, (told,))}
                return
            self._flows, self.mistakes = flows, mistakes
            if self._archive is not None:
                self._archive.keep(flows.values())
            self._tell(mistakes)
            _log.info("flows_loaded", changed=changed, with_mistakes=sorted(mistakes))

    def forget(self, used: Iterable[tuple[str, str]]) -> None:
        """Only these (name, version) have calls in them; what else is old goes."""
        used = set(used)
        self._old = {key: flow for key, flow in self._old.items() if key in used}
        if self._archive is not None:
            kept = [*self._flows.values(), *(self._version(*key) for key in used)]
            versions = {(one.name, one.version) for flow in kept if flow for one in flow.family()}
            self._archive.prune(versions)

    def _read(self) -> tuple[dict[str, Flow], dict[str, tuple[Mistake, ...]]]:
        now = binder(self._config)
        there = {name: now.flow(name) for name in names(self._config.flows_dir)}
        good = {name: flow for name, flow in there.items() if flow is not None}
        return good, {name: now.mistakes(name) for name, flow in there.items() if flow is None}

    def _fall_back(self) -> None:
        """At the start: flows of lines that are not good."""
        told: list[str] = []
        there = names(self._config.flows_dir)
        for name in self._uses:
            if name in self._flows:
                continue
            kept = self._archive.current(name) if self._archive is not None else None
            if kept is not None:
                self._flows[name] = kept
            told += map(str, () if kept else self.mistakes.get(name, ()))
            if name not in there and kept is None:
                told += self._no_file(name, there)
        if told:
            raise FlowError("\n".join(told))
        self._tell(self.mistakes)

    def _no_file(self, name: str, there: list[str]) -> Iterator[str]:
        for number, line in self._config.lines.items():
            if line.flow == name:
                file = self._config.flows_dir / f"{name}.yaml"
                yield f"lines.{number}.flow: no file {file}{hint(name, there)}"
        for queue, rules in self._config.queues.items():
            if rules.survey.share and rules.survey.flow == name:
                file = self._config.flows_dir / f"{name}.yaml"
                yield f"queues.{queue}.survey.flow: no file {file}{hint(name, there)}"

    def _tell(self, mistakes: Mapping[str, Collection[Mistake]]) -> None:
        for name, wrong in mistakes.items():
            in_use = self._flows.get(name)
            tell = _log.error if name in self._uses else _log.warning
            tell(
                "flow_keeps_last_good" if in_use else "flow_left_out",
                flow=name,
                version=in_use.version if in_use else None,
                mistakes=[str(each) for each in wrong],
            )

    def _version(self, name: str, version: str) -> Flow | None:
        now = self._flows.get(name)
        if now is not None and now.version == version:
            return now
        if (name, version) not in self._old and self._archive is not None:
            kept = self._archive.flow(name, version)
            if kept is not None:
                self._old[name, version] = kept
        return self._old.get((name, version))

    def _words(self, flows: Mapping[str, Flow]) -> Iterator[tuple[str, str]]:
        for name, languages in self._uses.items():
            for language in sorted(languages):
                yield from flows[name].words(language)


def _recorded(config: Config) -> Callable[[str, str], bool]:
    def there(language: str, name: str) -> bool:
        prompts = config.speech.prompts_dir
        return prompts is not None and (prompts / language / f"{name}.wav").is_file()

    return there
