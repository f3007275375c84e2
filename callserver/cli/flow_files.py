"""Which files the ``flow`` commands mean, and what is in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from callserver.cli.shared import find_config, read_config
from callserver.config.outgoing import zone
from callserver.ivr.bind import Binder
from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.library import binder, folder
from callserver.ivr.needs import World
from callserver.ivr.rehearsal.talkfile import SUFFIX
from callserver.model.errors import UnknownName
from callserver.speech.script import nouns

TALKS = "tests"
"""The folder beside flows that their talks lie in."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A flow file; there is a flow exactly when there are no mistakes."""

    path: Path
    flow: Flow | None
    mistakes: tuple[Mistake, ...]


class Shelf:
    """The flows a command was asked for. With a configuration, those in its ``flows_dir`` are
    checked against its lines, queues and recordings; about others it does not say what it cannot
    know."""

    def __init__(self, config_file: Path | None) -> None:
        config = read_config(config_file)
        self.folder = config.flows_dir
        self.zone = zone(config.ivr.timezone)
        self.nouns = partial(nouns, config)
        self._binders: dict[Path, Binder] = {}
        if find_config(config_file) is not None:
            self._binders[self.folder.absolute()] = binder(config)

    def examine(self, path: Path) -> Examined:
        """A flow file and its mistakes."""
        home = path.parent.absolute()
        if home not in self._binders:
            self._binders[home] = Binder(folder(path.parent), self._anything, _any_line)
        here = self._binders[home]
        return Examined(path, here.flow(path.stem), here.mistakes(path.stem))

    def _anything(self, _flow: str) -> World:
        return World(nouns=self.nouns)

    def flow(self, name: str) -> Path:
        """The file of a flow, given its path or its name. Raises ``UnknownName``."""
        for path in (Path(name), self.folder / f"{name}.yaml"):
            if path.is_file():
                return path
        raise UnknownName(f"no flow {name!r}: neither a file nor in {self.folder}")

    def flows(self, paths: Sequence[Path]) -> Iterator[Path]:
        """The flow files meant: files as they are, folders with all flows in them, or names."""
        for path in paths or (self.folder,):
            if path.is_dir():
                yield from sorted(one for one in path.glob("*.yaml") if not _is_talk(one))
            elif not _is_talk(path):
                yield self.flow(str(path))

    def talks(self, paths: Sequence[Path]) -> Iterator[Path]:
        """The talk files meant: files as they are, and those that go with folders and flows."""
        for path in paths or (self.folder,):
            if path.is_dir():
                yield from sorted({*path.glob(f"*{SUFFIX}"), *path.glob(f"{TALKS}/*.yaml")})
            elif _is_talk(path):
                yield path
            else:
                flow = self.flow(str(path))
                beside = (flow.with_suffix(SUFFIX), flow.parent / TALKS / flow.name)
                yield from (one for one in beside if one.is_file())


def _any_line(_flow: str) -> bool:
    return False  # it may be a subflow, whose variables others set


def talked_about(talk: Path) -> str:
    """The flow that a talk file is about when it does not say so."""
    return talk.name.removesuffix(SUFFIX).removesuffix(".yaml")


def home(talk: Path) -> Path:
    """Where the flows lie that a talk file is about."""
    return talk.parent.parent if talk.parent.name == TALKS else talk.parent


def _is_talk(path: Path) -> bool:
    return path.name.endswith(SUFFIX) or path.absolute().parent.name == TALKS
