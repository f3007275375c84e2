"""The whole document, from the table of operations."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from callserver.web import access
from callserver.web.forms import MEDIA
from callserver.web.openapi import answers, parameters
from callserver.web.openapi.examples import example
from callserver.web.openapi.schemas import Schemas, text
from callserver.web.operation import Operation, handler_of, readers
from callserver.web.versions import IF_MATCH, IF_NONE_MATCH

ABOUT: Final = """\
Everything this call server knows and does. Times are ISO 8601 in UTC with milliseconds, durations
are seconds in fields named `…_s`, numbers of people are E.164, and `null` means: did not happen, or
is not known. Errors are RFC 9457 problems; look at `type`, which is stable. Send
`Authorization: Bearer …`; `callserver token add` makes a token with a role. What makes a call or a
record takes an `Idempotency-Key`: sent again within a day it is carried out once. Lists come in
pages: `next` of one goes into the `cursor` of the following request, `null` was the last.
`fields=id,number` leaves all other fields out. Every JSON answer has an `ETag`: with
`If-None-Match` it comes again only when it has changed (304), with `If-Match` a change is made only
to the version you have seen (412).
"""


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1. Raises ``TypeError`` or ``ValueError`` when a handler does not say enough."""
    returned = (handler_of(operation).returns for operation in operations)
    schemas = Schemas(
        list(dict.fromkeys(one for each in returned for one in answers.answered(each)))
    )
    problems: dict[str, answers.Answer] = {}
    versioned = readers(operations)
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    for operation in operations:
        path = parameters.plain_path(operation.path)
        has_version = operation.path in versioned
        described = _operation(operation, schemas, problems, has_version=has_version)
        paths.setdefault(path, {})[operation.method.lower()] = described
        tags.setdefault(_tag(operation), _room(operation))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "callserver",
            "version": version("callserver"),
            "description": ABOUT,
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": told} for name, told in tags.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.known.items())),
            "responses": dict(sorted(problems.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    operation: Operation,
    schemas: Schemas,
    problems: dict[str, answers.Answer],
    *,
    has_version: bool,
) -> dict[str, Any]:
    handler = handler_of(operation)
    docstring = text(operation.handler.__doc__)
    summary, _, rest = docstring.partition(". ")
    described = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": " ".join(summary.split()).rstrip("."),
        "description": "\n\n".join(filter(None, (rest, _who(operation)))),
        "parameters": [
            *parameters.in_path(operation.path),
            *parameters.in_query(handler.query, schemas),
            *(parameters.choice(handler.returns) if operation.method == "GET" else []),
            *([parameters.KEY] if operation.method == "POST" else []),
            *parameters.in_headers(_headers(operation, has_version=has_version)),
        ],
        "responses": {
            **answers.successes(operation, handler.returns, schemas),
            **answers.refusals(operation, handler, problems),
        },
        "security": _security(operation),
    }
    if handler.body is not None:
        schema = schemas.body(handler.body)
        made = {"schema": schema, "example": example(schema, schemas.known)}
        described["requestBody"] = {"required": True, "content": {"application/json": made}}
    if operation.upload is not None:
        file = {"schema": {"type": "string"}, "example": operation.upload.example}
        described["requestBody"] = {"required": True, "content": {operation.upload.media: file}}
    if operation.form:
        fields = {"type": "object", "additionalProperties": {"type": "string"}}
        content = {MEDIA: {"schema": fields, "example": {"event": "TEST"}}}
        described["requestBody"] = {"description": operation.form, "content": content}
    return described


def _headers(operation: Operation, *, has_version: bool) -> Mapping[str, str]:
    if operation.raw is not None or operation.headers:
        return operation.headers
    if operation.method == "GET":
        return {IF_NONE_MATCH: "The ETag that is known already: 304 if it is still the same."}
    if has_version:
        return {IF_MATCH: "The ETag that GET told: it is changed only if it is still the same."}
    return {}


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.name in access.PUBLIC:
        return []
    return [{"bearer": []}, *([{}] if operation.name in access.LOCAL else [])]


def _who(operation: Operation) -> str:
    if operation.name in access.PUBLIC:
        return "Needs no token."
    roles = ", ".join(f"`{role}`" for role in sorted(access.ROLES.get(operation.name, ())))
    return f"For: {roles}." + (
        " From this machine itself without a token." if operation.name in access.LOCAL else ""
    )


def _tag(operation: Operation) -> str:
    return operation.name.partition(".")[0]


def _room(operation: Operation) -> str:
    resource = getattr(operation.handler, "__self__", None)
    return text(type(resource).__doc__) if resource is not None else ""
