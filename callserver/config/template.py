"""The commented files of ``config/``, written from the options themselves, so that no option is
without its comment. ``callserver init`` writes them; a test compares the checkout's own ``config/``
with them. ``python -m callserver.config.template FOLDER`` writes them again after a change."""

import sys
import textwrap
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from callserver.config import connectors as crm
from callserver.config.load import BESIDE
from callserver.config.sections import (
    Calendar,
    Config,
    Destination,
    Line,
    Place,
    Queue,
    Section,
    Trunk,
)

_WIDTH = 100

_MAIN = """\
callserver.yaml: every option with its default. Delete what you do not change, or leave it: both
mean the same. trunks.yaml, lines.yaml, queues.yaml, hours.yaml, destinations.yaml,
places.yaml and connectors.yaml beside this file are sections of it.

Paths are relative to the folder the server is started in. After a change:
`callserver config check`, then restart the server."""

_TRUNKS = """\
trunks.yaml: the providers (or the PBX) that send us calls and take ours. One entry for each; the
key is your name for it. Without a trunk only registered agents can call in.

Take the `# ` off the example and put in what your provider gave you."""

_LINES = """\
lines.yaml: the numbers that customers dial, each with the flow that answers. The key is the
number exactly as the trunk sends it. Calls to a number that is not here are refused."""

_QUEUES = """\
queues.yaml: the queues callers wait in. Flows and agents name them by their key."""

_HOURS = """\
hours.yaml: opening hours by name. Flows ask for them (`hours: office`), so a change here is one
everywhere."""

_DESTINATIONS = """\
destinations.yaml: other people's servers that flows may ask (`lookup`) and tell (`webhook`), by
name; no other is ever spoken to. The support line asks `crm` for the balance of an account: put
yours here. Until something answers there, callers hear that the account was not found, and get an
agent."""

_PLACES = """\
places.yaml: extensions of a PBX and the like that flows may call by name (`dial: place:reception`),
as agents may when they ask somebody or give a call away. They are called at a trunk, and nothing
judges them: `outgoing` is about numbers.

Take the `# ` off the example and put in your own."""

_CONNECTORS = """\
connectors.yaml: the CRMs that are told of calls, and asked who calls, by your name for each. A
secret is `file:PATH`, `env:NAME` or the secret itself. `callserver connector test NAME` tries it.

Take the `# ` off the example of your CRM and put in your own. The first shows what all have."""

_TRUNK = Trunk(addresses=("203.0.113.0/28",), hosts=("sip.example.com",), username="callserver")
_LINE = Line(flow="support", title="Support")
_QUEUE = Queue(title="Support")
_CRM = Destination(url="http://127.0.0.1:8090", private=True)
_RECEPTION = Place(trunk="provider", user="200", title="Reception")
_OFFICE = Calendar(open={"mon-sun": "00:00-24:00"})


def files() -> Mapping[str, str]:
    """The text of each file of a new ``config/``, by name."""
    trunk = "\n".join(_entry("provider", _TRUNK)).rstrip()
    place = "\n".join(_entry("reception", _RECEPTION)).rstrip()
    return {
        "callserver.yaml": _text(_MAIN, "\n".join(_section(Config(), 0))),
        "trunks.yaml": _text(_TRUNKS, textwrap.indent(trunk, "# ", lambda _: True)),
        "lines.yaml": _text(_LINES, "\n".join(_entry("100", _LINE))),
        "queues.yaml": _text(_QUEUES, "\n".join(_entry("support", _QUEUE))),
        "destinations.yaml": _text(_DESTINATIONS, "\n".join(_entry("crm", _CRM))),
        "places.yaml": _text(_PLACES, textwrap.indent(place, "# ", lambda _: True)),
        "connectors.yaml": _text(_CONNECTORS, _connectors()),
        "hours.yaml": _text(_HOURS, "\n".join(_entry("office", _OFFICE))),
    }


def _connectors() -> str:
    """An example of each kind; what all have in common stands in the first alone."""
    lines: list[str] = []
    for n, one in enumerate(crm.EXAMPLES):
        known = crm.Connector.model_fields.keys() - {"url"} if n else frozenset()
        lines += (f"{one.kind}:", f"  kind: {one.kind}", *_section(one, 1, known | {"kind"}), "")
    return textwrap.indent("\n".join(lines).rstrip(), "# ", lambda _: True)


def _text(head: str, body: str) -> str:
    lines = textwrap.indent(head, "# ", lambda _: True) + "\n\n" + body
    return "\n".join(line.rstrip() for line in lines.rstrip().splitlines()) + "\n"


def _entry(key: str, value: Section) -> Iterator[str]:
    yield f"{_scalar(key)}:"
    yield from _section(value, 1)


def _section(value: BaseModel, depth: int, without: Collection[str] = frozenset()) -> Iterator[str]:
    for name, field in type(value).model_fields.items():
        if name in without or (depth == 0 and name in BESIDE):
            continue
        part = getattr(value, name)
        if isinstance(part, Section):
            yield from _comment(type(part).__doc__ or "", depth)
            yield f"{'  ' * depth}{name}:"
            yield from _section(part, depth + 1)
        else:
            yield from _comment(_why(field), depth)
            yield f"{'  ' * depth}{name}: {_scalar(part)}"
        if depth == 0:
            yield ""


def _comment(text: str, depth: int) -> Iterator[str]:
    lead = "  " * depth + "# "
    yield from textwrap.wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=lead)


def _why(field: FieldInfo) -> str:
    choices = ", ".join(_choices(field.annotation))
    return " ".join([field.description or "", *([f"One of: {choices}."] if choices else [])])


def _choices(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (UnionType, tuple):
        for part in get_args(annotation):
            yield from _choices(part)


def _scalar(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value == "":
        return '""'
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path):
        value = str(value)
    elif isinstance(value, tuple):
        value = list(value)
    dumped: str = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    return dumped.removesuffix("...\n").strip()


def write(folder: Path) -> None:
    """Write all files into ``folder``, over what is there."""
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
