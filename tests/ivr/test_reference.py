"""What people and editors read about flows is what the code says."""

import json
from textwrap import dedent

import pytest

from callserver.ivr.nodes import KINDS
from callserver.ivr.read import read
from callserver.ivr.reference import schema_text, with_reference
from callserver.ivr.schema import schema
from tests.ivr.talk import READY

AGAIN = "out of date: run `python -m callserver.ivr.reference`"


def test_reference_is_up_to_date() -> None:
    readme = (READY / "README.md").read_text(encoding="utf-8")
    assert readme == with_reference(readme), AGAIN


def test_schema_is_up_to_date() -> None:
    assert (READY / "flow.schema.json").read_text(encoding="utf-8") == schema_text(), AGAIN


@pytest.mark.parametrize("kind", KINDS)
def test_example_of_the_reference_is_such_a_step(kind: str) -> None:
    steps = "\n".join(f"  {line}" for line in dedent(KINDS[kind].example).strip().splitlines())
    reading = read(f"start: {kind}\nsteps:\n{steps}\n", "x.yaml", "x", KINDS)
    assert reading.flow is not None
    (step,) = reading.flow.steps.values()
    assert step.kind == kind
    assert [what for what in reading.mistakes if what.step] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_has_a_sentence(kind: str) -> None:
    fields = KINDS[kind].model_fields
    assert [
        key for key, field in fields.items() if not (field.description or "").endswith(".")
    ] == []


def test_schema_holds_no_reference_that_an_editor_would_have_to_resolve() -> None:
    assert "$ref" not in json.dumps(schema())
