"""An example for every body and answer: a value that fits its schema and reads like a call centre.

A schema that brings ``examples`` speaks for itself; else fields are known by their names, and what
is unknown gets the simplest value that fits.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_CALL: Final = "3kq0v9x1m2c7"
_MOMENT: Final = "2026-03-01T09:30:00.250Z"
_LATER: Final = "2026-03-01T17:00:00.000Z"
_NAMED: Final[Mapping[str, Any]] = {
    "action": "recordings.audio",
    "actor": "token:7f3k",
    "address": "192.0.2.7",
    "agent": "anna",
    "audio": "/api/v1/recordings/5n2c8p/audio",
    "between": "customer",
    "call": _CALL,
    "codec": "PCMU",
    "code": 200,
    "detail": "no call 3kq0v9x1m2c7",
    "event": "msg_3kq0v9x1m2c7",
    "events": ["call.ended"],
    "flow": "support",
    "flow_version": "b1946ac9",
    "id": _CALL,
    "kind": "agent",
    "language": "en",
    "languages": ["en"],
    "limit": 50,
    "line": "+37120000001",
    "lines": ["+37120000001"],
    "mailbox": "support",
    "mos": 4.4,
    "name": "Anna",
    "next": _CALL,
    "not_after": _LATER,
    "note": "asked for invoices again",
    "number": "+37120000012",
    "owner": "anna",
    "password": "correct horse battery",
    "path": "2026/03/01/3kq0v9x1m2c7.wav",
    "priority": 5,
    "queue": "support",
    "queues": ["support"],
    "remote": "192.0.2.20",
    "role": "crm",
    "sample_rate": 8000,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sip_call_id": "a84b4c76e66710@192.0.2.1",
    "size": 1920044,
    "step": "menu",
    "target": "recordings/5n2c8p",
    "title": "Support",
    "token": "1772360000.mUq3vT0aXw9c5K1e.u8Zr0nq1wJ5c2yT4mVb7Xg",
    "tries": 1,
    "trunk": "provider",
    "until": _LATER,
    "url": "https://crm.example/hooks/calls",
    "username": "anna",
}
_FALLBACKS: Final = ("support", "+37120000012", "anna", "en", "1", _MOMENT, _CALL, "abc")
_KEYS: Final = ("support", "city", "ready", "en")


def example(schema: Schema, known: Mapping[str, Schema], name: str = "") -> Any:
    """A value that fits ``schema``. ``known`` are the schemas it may refer to, ``name`` the field
    it is for. Raises ``ValueError`` when nothing simple fits: then the schema must bring its own.
    """
    if "$ref" in schema:
        return example(known[schema["$ref"].rpartition("/")[2]], known, name)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            some = [one for one in schema[word] if one.get("type") != "null"]
            return example(some[0] if some else {"type": "null"}, known, name)
    if "enum" in schema:
        fits = _NAMED.get(name)
        return fits if fits in schema["enum"] else schema["enum"][0]
    return _typed(schema, known, name)


def _typed(schema: Schema, known: Mapping[str, Schema], name: str) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, known)
        case "array":
            return _array(schema, known, name)
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return _number(schema, name)
        case "boolean":
            return schema.get("default", False)
        case "null":
            return None
        case _:
            return _NAMED.get(name, "support")


def _object(schema: Schema, known: Mapping[str, Schema]) -> dict[str, Any]:
    made = {name: example(one, known, name) for name, one in schema.get("properties", {}).items()}
    free = dict(schema.get("patternProperties", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        names = schema.get("propertyNames", {})
        free[names.get("pattern", "")] = schema["additionalProperties"]
        if "enum" in names:
            made[names["enum"][0]] = example(schema["additionalProperties"], known)
            return made
    for pattern, one in free.items():
        key = next((key for key in _KEYS if re.search(pattern, key)), None)
        if key is None:
            raise ValueError(f"no key fits {pattern!r}")
        made[key] = example(one, known, key)
    return made


def _array(schema: Schema, known: Mapping[str, Schema], name: str) -> list[Any]:
    items = schema.get("items") or {}
    if isinstance(_NAMED.get(name), list) and items.get("type") == "string":
        return list(_NAMED[name])
    return [example(items, known, name.removesuffix("s"))]


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") == "date-time":
        return _LATER if _NAMED.get(name) == _LATER else _MOMENT
    if schema.get("format") == "date":
        return _MOMENT[:10]
    for text in (_NAMED.get(name), *_FALLBACKS):
        if isinstance(text, str) and _fits(text, schema):
            return text
    raise ValueError(f"no text fits {name!r}: {dict(schema)}")


def _fits(text: str, schema: Schema) -> bool:
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None


def _number(schema: Schema, name: str) -> float:
    known = _NAMED.get(name, 12.5 if schema["type"] == "number" else 1)
    value: float = known if isinstance(known, int | float) else 1
    low = schema.get("minimum", schema.get("exclusiveMinimum", value))
    high = schema.get("maximum", schema.get("exclusiveMaximum", value))
    value = max(low, min(high, value))
    return value if schema["type"] == "number" else int(value)
