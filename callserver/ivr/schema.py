"""A JSON Schema of flow files, for editors: made from the step classes."""

import re
from typing import Any

from callserver.ivr.nodes import KINDS
from callserver.ivr.step import Step
from callserver.ivr.variables import NAME

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_NAME: dict[str, Any] = {"type": ["string", "number", "boolean"], "minLength": 1}
_TRUTH = [True, False, "yes", "no", "on", "off"]
_FIGURES = r"^\s*[-+]?[0-9]*\.?[0-9]+\s*$"


def schema() -> dict[str, Any]:
    """The schema. It knows keys, values and kinds; what only shows when several of them are seen
    together, ``callserver flow check`` finds. Whatever that lets pass, the schema does too: an
    editor that knows better than the server is not believed again."""
    return {
        "$schema": DRAFT,
        "title": "callserver flow",
        "type": "object",
        "required": ["start", "steps"],
        "additionalProperties": False,
        "properties": {
            "flow": {**_NAME, "description": "Name of the flow, as the file is called."},
            "start": {**_NAME, "description": "The step a call begins with."},
            "takes": {
                "type": "array",
                "items": {"type": "string", "pattern": f"^{NAME}$"},
                "description": "Variables that whoever comes in with `subflow` must have set.",
            },
            "steps": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"anyOf": [_step(kind) for kind in KINDS.values()]},
            },
        },
    }


def _step(kind: type[Step]) -> dict[str, Any]:
    fields = _inline(kind.model_json_schema(by_alias=True))
    properties, required = fields["properties"], fields.get("required", [])
    below = {"type": "object", "properties": properties, "additionalProperties": False}
    values: list[dict[str, Any]] = [] if kind.short_is_mapping else [below]
    if kind.short is not None:
        values.insert(0, properties[kind.short])
    values.append({"type": "null"})
    beside = {key: value for key, value in properties.items() if key != kind.kind}
    what = " ".join((kind.__doc__ or "").split())
    needed = [_given(kind, key, properties) for key in required]
    return {
        "type": "object",
        "title": kind.kind,
        "description": what,
        "required": [kind.kind],
        "properties": {kind.kind: {"anyOf": values, "description": what}, **beside},
        "additionalProperties": False,
        **({"allOf": needed} if needed else {}),
    }


def _given(kind: type[Step], key: str, properties: dict[str, Any]) -> dict[str, Any]:
    """That a needed key stands below the kind, or beside it, or is meant by what follows it."""
    ways: list[dict[str, Any]] = [
        {"properties": {kind.kind: {"type": "object", "required": [key]}}}
    ]
    if key != kind.kind:
        ways.append({"required": [key]})
    if key == kind.short:
        ways.append({"properties": {kind.kind: properties[key]}})
    return {"anyOf": ways}


def _inline(schema: Any) -> Any:
    """The schema without references, titles and nulls, and for what a file may hold: each scalar
    is the text that stands there, so a step may be called 1, and `no` is a truth."""
    definitions = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        match node:
            case {"$ref": str(name), **beside}:
                return {**walk(definitions[name.rsplit("/", 1)[-1]]), **walk(beside)}
            case {"anyOf": [only, {"type": "null"}], **beside}:
                return {**walk(only), **walk(beside)}
            case {"anyOf": [*several, {"type": "null"}], **beside}:
                return walk({"anyOf": several, **beside})
            case {"patternProperties": _, **beside} if "additionalProperties" not in beside:
                return walk({**node, "additionalProperties": False})
            case {"type": "boolean", **beside}:
                return {"enum": _TRUTH, **walk(beside)}
            case {"type": "integer" | "number" as one, **beside}:
                return {"type": [one, "string"], "pattern": _FIGURES, **walk(beside)}
            case {"type": "string", **beside} if "enum" not in node:
                pattern = str(beside.get("pattern", ""))
                others = (("number", "1"), ("boolean", "true"))
                types = [kind for kind, text in others if re.search(pattern, text)]
                return {"type": ["string", *types], **walk(beside)}
            case dict():
                return {
                    key: walk(value)
                    for key, value in node.items()
                    if key != "title" and not (key == "default" and value is None)
                }
            case list():
                return [walk(value) for value in node]
            case _:
                return node

    return walk(schema)
