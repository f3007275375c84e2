"""Every version of a flow that a call may still be in, kept on disk.

``FOLDER/NAME/VERSION.json`` holds the text of the file and the versions of its subflows, so that
the next controller takes up calls on the version they began with. ``FOLDER/current.json`` says
which versions new calls got last: the good ones to fall back on when the server starts with a
broken file.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from callserver import log
from callserver.ivr.bind import Binder, File
from callserver.ivr.flow import Flow
from callserver.ivr.needs import World

_log = log.get("ivr")


class Archive:
    """Trouble with the disk is told and costs no call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current = folder / "current.json"

    def keep(self, flows: Collection[Flow]) -> None:
        """Keep these and their subflows; they are what new calls get."""
        current = {flow.name: flow.version for flow in flows}
        for one in (one for flow in flows for one in flow.family()):
            subflows = {name: subflow.version for name, subflow in one.subflows.items()}
            file = self._file(one.name, one.version)
            if not file.exists():
                self._write(file, {"source": one.source, "subflows": subflows})
        self._write(self._current, current)

    def current(self, name: str) -> Flow | None:
        """The version that new calls got last."""
        version = self._read(self._current).get(name)
        return self.flow(name, version) if isinstance(version, str) else None

    def flow(self, name: str, version: str) -> Flow | None:
        """This version, if it is there and this program still understands it."""
        versions = {name: version}

        def fetch(wanted: str) -> File | None:
            kept = self._read(self._file(wanted, versions[wanted])) if wanted in versions else {}
            match kept:
                case {"source": str(source), "subflows": dict(subflows)}:
                    versions.update(subflows)
                    return File(str(self._file(wanted, versions[wanted])), source)
                case _:
                    return None

        binder = Binder(fetch, lambda _name: World(), lambda _name: False)
        flow = binder.flow(name)
        if flow is None and (mistakes := binder.mistakes(name)):
            _log.warning("old_flow_not_understood", flow=name, mistakes=[*map(str, mistakes)])
        return flow

    def prune(self, used: Collection[tuple[str, str]]) -> None:
        """Remove the versions that are not among ``used`` (name, version)."""
        for file in self._folder.glob("*/*.json"):
            if (file.parent.name, file.stem) not in used:
                try:
                    file.unlink()
                except OSError as error:
                    _log.warning("old_flow_stays", file=str(file), error=str(error))

    def _file(self, name: str, version: str) -> Path:
        return self._folder / name / f"{version}.json"

    def _read(self, file: Path) -> Mapping[str, Any]:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("old_flow_not_read", file=str(file), error=str(error))
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, file: Path, what: Mapping[str, Any]) -> None:
        """Whole or not at all."""
        half = file.with_suffix(".half")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(what, ensure_ascii=False), encoding="utf-8")
            half.replace(file)
        except OSError as error:
            _log.error("flow_not_kept", file=str(file), error=str(error))
