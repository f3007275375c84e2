"""The reference of steps, variables and expressions, made from the code that knows them.

``python -m callserver.ivr.reference FOLDER`` writes it into ``FOLDER/README.md``, between its two
marks, and the schema for editors beside it. A test says when that was forgotten.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from callserver.ivr.expression import Expression
from callserver.ivr.nodes import KINDS
from callserver.ivr.operators import FUNCTIONS
from callserver.ivr.schema import schema
from callserver.ivr.step import Step
from callserver.ivr.variables import SYSTEM

BEGIN = "<!-- made from the code by `python -m callserver.ivr.reference`; do not edit -->"
Row = tuple[str, ...]

_WAYS = ("next", "otherwise", "failed")
"""Keys that come last."""

END = "<!-- end of what is made from the code -->"


def reference() -> str:
    """The text between the marks."""
    parts = ["## Steps"]
    for kind in KINDS.values():
        parts += _step(kind)
    parts += ["## Variables", _table(("variable", "type", "what it is"), _variables())]
    parts += ["## Functions in expressions", _table(("function", "what it gives"), _functions())]
    return "\n\n".join(parts)


def _step(kind: type[Step]) -> Iterator[str]:
    yield f"### `{kind.kind}`"
    yield " ".join((kind.__doc__ or "").split())
    yield f"```yaml\n{dedent(kind.example).strip()}\n```"
    fields = sorted(kind.model_fields.items(), key=lambda field: field[0] in _WAYS)
    rows = [
        (f"`{field.alias or name}`", _default(kind, name, field), field.description or "")
        for name, field in fields
    ]
    if rows:
        yield _table(("key", "default", "what it is"), rows)


def _default(kind: type[Step], name: str, field: FieldInfo) -> str:
    short = ", may stand behind the kind" if name == kind.short else ""
    if field.is_required():
        return f"needed{short}"
    given = field.get_default(call_default_factory=True)
    if given is None or given is PydanticUndefined or given == {}:
        return f"none{short}"
    if isinstance(given, Expression):
        given = given.text
    return f"`{json.dumps(given, ensure_ascii=False)}`{short}"


def _variables() -> list[Row]:
    return [(f"`{one.name}`", str(one.type), one.what) for one in SYSTEM]


def _functions() -> list[Row]:
    return [(f"`{name}`", one.what) for name, one in FUNCTIONS.items()]


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_reference(readme: str) -> str:
    """The README with the reference as it must be now. Raises ``ValueError`` when a mark is not
    there."""
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n\n{reference()}\n\n{END}{tail}"


def schema_text() -> str:
    """The file for editors."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def write(folder: Path) -> None:
    """Bring both files up to date."""
    readme = folder / "README.md"
    readme.write_text(with_reference(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "flow.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "ivr_flows"))
