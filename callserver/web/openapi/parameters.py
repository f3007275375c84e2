"""What an operation takes besides its body: parts of the path, the query, headers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from callserver.web import sparse
from callserver.web.once import HEADER, MAX_KEY
from callserver.web.openapi.examples import example
from callserver.web.openapi.schemas import Schemas

Parameter = dict[str, Any]

_MEANING: Final[Mapping[str, str]] = {
    "address": "An IPv4 address.",
    "call": "The id of a call.",
    "callback": "The id of the call in which they asked, or of the request.",
    "event": "The `webhook-id` of an event.",
    "job": "The id of an import.",
    "name": "The name of a queue.",
    "number": "A telephone number, as E.164 or as people of the country write it.",
    "username": "The username of an agent.",
}
_PATH_NAMES: Final[Mapping[str, str]] = {"name": "queue"}

KEY: Final[Parameter] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within a day, the request is carried out once and"
    " the first answer is given again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"},
    "example": "0d9c1f0e-8f1b-4c57-9f5a-5f3a7a5c2a10",
}


def path_parts(path: str) -> Iterator[tuple[str, str | None]]:
    """Names of the parts of an aiohttp path that vary, and the pattern each must match."""
    for part in path.split("/"):
        found = re.fullmatch(r"{(\w+)(?::(.+))?}(.*)", part)
        if found:
            yield found[1], found[2]


def plain_path(path: str) -> str:
    """The path as OpenAPI writes it: without patterns."""
    parts = (re.sub(r"^{(\w+):.+}", r"{\1}", part) for part in path.split("/"))
    return "/".join(parts)


def in_path(path: str) -> list[Parameter]:
    """The parts of a path."""
    return [_path_part(name, pattern) for name, pattern in path_parts(path)]


def _path_part(name: str, pattern: str | None) -> Parameter:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if pattern is not None:
        schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": _MEANING.get(name, f"The id of the {name.replace('_', ' ')}."),
        "schema": schema,
        "example": example(schema, {}, _PATH_NAMES.get(name, name)),
    }


def in_query(model: type[BaseModel] | None, schemas: Schemas) -> list[Parameter]:
    """The parameters of a query."""
    found = schemas.query(model) if model is not None else {}
    required = set() if model is None else _required(model)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in found.items()
    ]


def choice(returns: Any) -> list[Parameter]:
    """``fields``, where an answer has some to choose from."""
    item = sparse.item_of(returns)
    if item is None:
        return []
    one = "|".join(sparse.names_of(item))
    return [
        {
            "name": sparse.PARAMETER,
            "in": "query",
            "required": False,
            "description": "Only these fields of each item, parted by commas.",
            "schema": {"type": "string", "pattern": f"^(?:{one})(?:,(?:{one}))*$"},
            "example": ",".join(sparse.names_of(item)[:2]),
        }
    ]


def _required(model: type[BaseModel]) -> set[str]:
    return {name for name, field in model.model_fields.items() if field.is_required()}


def in_headers(names: Mapping[str, str]) -> list[Parameter]:
    """Headers that an operation looks at, with what they do."""
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": meaning,
            "schema": {"type": "string"},
        }
        for name, meaning in names.items()
    ]
