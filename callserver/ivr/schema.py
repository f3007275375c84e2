"""A JSON Schema of flow files, for editors: made from the step classes."""

from typing import Any

from callserver.ivr.nodes import KINDS
from callserver.ivr.step import Step

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_NAME = {"type": "string", "minLength": 1}


def schema() -> dict[str, Any]:
    """The schema. It knows keys, values and kinds; what only shows when the steps are seen
    together, ``callserver flow check`` finds."""
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
                "items": _NAME,
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
    values: list[dict[str, Any]] = [below, {"type": "null"}]
    if kind.short is not None:
        values.insert(0, properties[kind.short])
    beside = {key: value for key, value in properties.items() if key != kind.kind}
    what = " ".join((kind.__doc__ or "").split())
    needed = [key for key in required if key not in (kind.short, kind.kind)]
    either = [{"required": [key]} for key in needed]
    return {
        "type": "object",
        "title": kind.kind,
        "description": what,
        "required": [kind.kind],
        "properties": {kind.kind: {"anyOf": values, "description": what}, **beside},
        "additionalProperties": False,
        **({"anyOf": [*either, {"properties": {kind.kind: below}}]} if either else {}),
    }


def _inline(schema: Any) -> Any:
    """The schema without references, titles and defaults that are null."""
    definitions = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        match node:
            case {"$ref": str(name)}:
                return walk(definitions[name.rsplit("/", 1)[-1]])
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
