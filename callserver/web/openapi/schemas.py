"""The shapes of bodies and answers as JSON Schema (2020-12), and where they are kept."""

import inspect
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from pydantic import BaseModel

Schema = dict[str, Any]

REF: Final = "#/components/schemas/{name}"

PROBLEM: Final[Schema] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `type` is stable and is what a client should look at; `detail` is"
    " for people and may change. 422 lists all mistakes under `errors`.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:callserver:problem:[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "RFC 6901, into the body."},
                    "parameter": {"type": "string", "description": "Of the query or the path."},
                },
            },
        },
    },
}


class Schemas:
    """The schemas of a document, each once, by name. ``answers`` are all types (msgspec structs)
    that are answered with: only together can those of one name be told apart."""

    def __init__(self, answers: Collection[Any]) -> None:
        schemas, found = msgspec.json.schema_components(answers, ref_template=REF)
        short = {REF.format(name=name): REF.format(name=_short(name)) for name in found}
        self._answers: dict[Any, Schema] = {
            type_: _renamed(schema, short) for type_, schema in zip(answers, schemas, strict=True)
        }
        self.known: dict[str, Schema] = {"Problem": PROBLEM}
        for name, schema in found.items():
            self._keep(_short(name), _renamed(schema, short))

    def answer(self, type_: Any) -> Schema:
        """A reference to the schema of an answer."""
        return self._answers[type_]

    def sparse(self, type_: Any, item: Any) -> Schema:
        """An answer of which ``fields`` may choose: all of it, or of each item some fields."""
        full, whole = self.answer(type_), self.answer(item)["$ref"].rpartition("/")[2]
        name = f"{whole}_some"
        self.known[name] = {
            "title": name,
            "description": f"With `fields`: those of `{whole}` that were asked for.",
            "type": "object",
            "properties": self.known[whole]["properties"],
        }
        some: Schema = {"$ref": REF.format(name=name)}
        if type_ is not item:
            shape = self.known[full["$ref"].rpartition("/")[2]]
            properties = {**shape["properties"], "items": {"type": "array", "items": some}}
            some = {"type": "object", "required": ["items"], "properties": properties}
        return {"anyOf": [full, some]}

    def body(self, model: type[BaseModel]) -> Schema:
        """A reference to the schema of a body."""
        self._keep(model.__name__, self._read(model))
        return {"$ref": REF.format(name=model.__name__)}

    def query(self, model: type[BaseModel]) -> Mapping[str, Schema]:
        """The schema of every parameter of a query. In a query nothing is null: it is not there."""
        properties: Mapping[str, Schema] = self._read(model).get("properties", {})
        return {name: _without_null(schema) for name, schema in properties.items()}

    def _read(self, model: type[BaseModel]) -> Schema:
        schema = model.model_json_schema(ref_template=REF.replace("{name}", "{model}"))
        for name, one in schema.pop("$defs", {}).items():
            self._keep(name, one)
        return schema

    def _keep(self, name: str, schema: Schema) -> None:
        schema = _tidy(schema)
        there = self.known.setdefault(name, schema)
        if _essence(there) != _essence(schema):
            raise TypeError(f"two schemas are named {name}: {there} and {schema}")


def text(docstring: str | None) -> str:
    """A docstring as Markdown."""
    return inspect.cleandoc(docstring or "").replace("``", "`")


def _short(name: str) -> str:
    """``FactsOutcome`` of ``callserver.model.facts.Outcome``, ``PageOut_CallOut`` of
    ``PageOut_CallOut_``."""
    *rooms, last = name.rstrip("_").split(".")
    return "".join(part.title() for part in rooms[-1:]) + re.sub(r"_+", "_", last)


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, dict):
        return {
            key: names[value] if key == "$ref" else _renamed(value, names)
            for key, value in schema.items()
        }
    return [_renamed(one, names) for one in schema] if isinstance(schema, list) else schema


def _tidy(schema: Schema) -> Schema:
    if "description" in schema:
        schema = {**schema, "description": text(schema["description"])}
    return schema


def _essence(schema: Schema) -> Any:
    """What two libraries say alike of one type: they order the words of an enum differently."""
    return sorted(schema["enum"], key=str) if "enum" in schema else schema


def _without_null(schema: Schema) -> Schema:
    schema = {name: value for name, value in schema.items() if name not in ("title", "default")} | (
        {"default": schema["default"]} if schema.get("default") is not None else {}
    )
    some = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(some) == 1:
        del schema["anyOf"]
        return {**some[0], **schema}
    return schema
