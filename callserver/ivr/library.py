"""The flows of ``flows_dir``, read and checked when the server starts."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from callserver import log
from callserver.config import Config
from callserver.ivr.check import check
from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.nodes import KINDS
from callserver.ivr.read import hint, read
from callserver.model.errors import FlowError, UnknownName

_log = log.get("ivr")


def examine(
    path: Path,
    queues: Collection[str] | None = None,
    *,
    languages: Collection[str] = (),
    recorded: Callable[[str, str], bool] | None = None,
) -> tuple[Flow | None, list[Mistake]]:
    """A flow file and all its mistakes; there is a flow exactly when there are none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [Mistake(str(path), 0, "", f"cannot be read: {error}")]
    reading = read(text, str(path), path.stem, KINDS)
    mistakes = list(reading.mistakes)
    if reading.flow is not None:
        mistakes += check(reading.flow, queues, languages=languages, recorded=recorded)
    mistakes.sort(key=lambda mistake: mistake.line)
    return (None if mistakes else reading.flow), mistakes


def load(path: Path, queues: Collection[str] | None = None) -> Flow:
    """The flow in a file. Raises ``FlowError`` with all its mistakes, one a line."""
    flow, mistakes = examine(path, queues)
    if flow is None:
        raise FlowError("\n".join(map(str, mistakes)))
    return flow


class Flows:
    """All flows, by name. A flow is a value: a call holds on to the one it began with, so loading
    a newer one later disturbs nobody."""

    def __init__(self, config: Config) -> None:
        """Read the folder. Raises ``FlowError`` with every mistake in the flows that lines use; one
        that no line uses is only left out, with a warning."""
        self._uses: dict[str, set[str]] = {}
        for line in config.lines.values():
            spoken = line.language or config.speech.language
            self._uses.setdefault(line.flow, set()).add(spoken)
        self._flows: dict[str, Flow] = {}
        mistakes: list[str] = []
        for path in sorted(config.flows_dir.glob("*.yaml")):
            used = self._uses.get(path.stem, set())
            flow, wrong = examine(
                path, config.queues, languages=sorted(used), recorded=_recorded(config)
            )
            if flow is not None:
                self._flows[flow.name] = flow
            elif used:
                mistakes += map(str, wrong)
            else:
                _log.warning(
                    "flow_left_out", flow=path.stem, mistakes=[str(each) for each in wrong]
                )
        there = {path.stem for path in config.flows_dir.glob("*.yaml")}
        mistakes += (
            f"lines.{number}.flow: no file {config.flows_dir / line.flow}.yaml"
            f"{hint(line.flow, sorted(there))}"
            for number, line in config.lines.items()
            if line.flow not in there
        )
        if mistakes:
            raise FlowError("\n".join(mistakes))

    def flow(self, name: str) -> Flow:
        """The newest version. Raises ``UnknownName``."""
        try:
            return self._flows[name]
        except KeyError:
            raise UnknownName(f"no flow {name!r}{hint(name, sorted(self._flows))}") from None

    def texts(self) -> Iterator[tuple[str, str]]:
        """All that the lines' callers may hear, as (language, text), to be prepared."""
        for name, languages in self._uses.items():
            for language in sorted(languages):
                yield from self.flow(name).texts(language)


def _recorded(config: Config) -> Callable[[str, str], bool]:
    def there(language: str, name: str) -> bool:
        folder = config.speech.prompts_dir
        return folder is not None and (folder / language / f"{name}.wav").is_file()

    return there
