"""Editors say of a flow what the server says, as far as one can see it key by key."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from callserver.ivr.nodes import KINDS
from callserver.ivr.read import read
from callserver.ivr.schema import schema
from tests.ivr.test_examples import BAD, GOOD

OF_SHAPE = re.compile(
    r"is missing; a |unknown key|unknown kind|must be `kind|cannot stand here|nput should be|"
    r"is no (whole )?number|write pairs|write a list|write one text|neither yes|"
    r"takes no value|no `start`|no steps|is nobody to call|no day |are no hours|no language |"
    r"cannot be a variable|a path |the text is empty"
)
"""Words of mistakes that one key shows, whatever stands around it."""


class Editor(yaml.SafeLoader):
    """YAML 1.2 as editors read it: other than with the server, 9 is a number and true a truth."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the base class has it


for tag, pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), None)


def as_json(value: Any) -> Any:
    """Keys are texts to an editor."""
    if isinstance(value, dict):
        return {
            str(key).lower() if isinstance(key, bool) else str(key): as_json(one)
            for key, one in value.items()
        }
    return [as_json(one) for one in value] if isinstance(value, list) else value


def refused(text: str) -> list[str]:
    seen = as_json(yaml.load(text, Loader=Editor))
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(seen)]


def is_yaml(path: Path) -> bool:
    """What is none, editors see without a schema."""
    return "not YAML" not in path.read_text(encoding="utf-8")


def one_step(step: str) -> str:
    return f"start: a\nsteps:\n  a: {step}\n"


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_editor_lets_a_good_flow_pass(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_editor_lets_the_example_of_the_reference_pass(kind: str) -> None:
    assert refused(f"start: a\nsteps:{KINDS[kind].example}") == []


@pytest.mark.parametrize(
    "path", [path for path in BAD if is_yaml(path)], ids=lambda path: path.stem
)
def test_editor_refuses_a_mistake_of_shape_and_no_step_without_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("# expect: ")]
    of_shape = [line for line in head if OF_SHAPE.search(line)]
    found = refused(text)
    for step in [way.removeprefix("$.steps.") for way in found if way.startswith("$.steps.")]:
        assert any(f"step `{step}`" in line for line in head), f"good: {step}"
    assert found or not of_shape


@pytest.mark.parametrize(
    "step",
    [
        "{say: Welcome, next: 1}\n  1: {hangup: done}",
        "{say: 5}",
        "{say: Welcome, barge_in: no}",
        '{wait: "1.5"}',
        "{set: {level: 3, vip: true}}",
        "{survey: {say: Well, question: well, keys: {1: true, 2: false}}}",
        "{menu: {say: Press., keys: {0: a}, repeat: 9}}",
        "{menu: {say: Press.}, keys: {0: a}}",
        "{hours: {open: {Mon - Fri: 8:00 - 17:30}}, next: a, closed: a}",
        "{hours: {open: {sat: [08:00-12:00]}, closed_on: 12-24}, next: a, closed: a}",
        "{queue: support, keys: {1: a}}",
        "{dial: {to: agent:anna, ring_s: 10}}",
        "{transfer: 'agent:{extension}', otherwise: a}",
    ],
)
def test_editor_is_not_stricter_than_the_server(step: str) -> None:
    text = one_step(step)
    assert read(text, "x.yaml", "x", KINDS).mistakes == ()
    assert refused(text) == []


@pytest.mark.parametrize(
    "step",
    [
        "{menu: {say: Press.}}",
        "{set: }",
        "{say: {barge_in: false}}",
        "{say: {}}",
        "{wait: {seconds: soon}}",
        "{queue: {priority: 3}}",
        "{hours: {open: {mon: 25}}, next: a, closed: a}",
        "{hours: {open: {monday: 08:00-12:00}}, next: a, closed: a}",
        "{dial: {to: []}}",
        "{transfer: sales}",
        "{lookup: crm, failed: a, path: contacts, into: {x: name}}",
        "{lookup: crm, failed: a, into: {X: name}}",
    ],
)
def test_both_refuse_such_a_step(step: str) -> None:
    text = one_step(step)
    assert read(text, "x.yaml", "x", KINDS).mistakes != ()
    assert refused(text) == ["$.steps.a"]
