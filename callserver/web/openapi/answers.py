"""What an operation may answer: what its handler says it returns, and every problem by status."""

import types
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, Union, get_args, get_origin

from aiohttp import web

from callserver.web import access, once, problems, sparse
from callserver.web.openapi.examples import example
from callserver.web.openapi.schemas import Schemas
from callserver.web.operation import Handler, Operation
from callserver.web.problems import CONTENT_TYPE, Kind
from callserver.web.shapes import Accepted, Created

Answer = dict[str, Any]

_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_ALWAYS: Final = (problems.BAD_REQUEST, problems.TOO_MANY, problems.INTERNAL)
_BEHIND: Final = (problems.STORE_DOWN, problems.TOO_SLOW, problems.BUSY)
_BODY: Final = (
    problems.BAD_JSON,
    problems.BODY_TIMEOUT,
    problems.TOO_LARGE,
    problems.UNSUPPORTED_MEDIA,
    problems.INVALID,
)
_KEYED: Final = (once.IN_PROGRESS, once.UNKNOWN_OUTCOME, once.OTHER_REQUEST)
_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "RFC 6750."},
    403: {"WWW-Authenticate": "RFC 6750."},
    405: {"Allow": "What it takes."},
    429: {"Retry-After": "Seconds."},
    503: {"Retry-After": "Seconds."},
}


def successes(operation: Operation, returns: Any, schemas: Schemas) -> dict[str, Answer]:
    """What comes back when all is well. Raises ``TypeError`` when the handler does not say."""
    found: dict[str, Answer] = {}
    for one in _alternatives(returns):
        if _is_raw(one):
            found |= _raw(operation)
        elif one is types.NoneType:
            found["204"] = {"description": "Done; there is nothing to say."}
        elif get_origin(one) is Created:
            made = _json(get_args(one)[0], schemas)
            headers = headers_of({"Location": "Where it is from now on."})
            found["201"] = {"description": "Made.", "headers": headers, "content": made}
        elif get_origin(one) is Accepted:
            made = _json(get_args(one)[0], schemas)
            headers = headers_of({"Location": "Where one sees how far it is."})
            found["202"] = {"description": "It will be done.", "headers": headers, "content": made}
        elif operation.method == "GET":
            found |= _read(one, schemas)
        else:
            found["200"] = {"description": "Done.", "content": _json(one, schemas)}
    if operation.method == "POST":
        replayed = headers_of({once.REPLAYED: "`true`: the answer of the first time."})
        for answer in found.values():
            answer["headers"] = {**answer.get("headers", {}), **replayed}
    return found


def answered(returns: Any) -> Iterator[Any]:
    """The structs a handler may answer with, and the items of lists."""
    for one in _alternatives(returns):
        if get_origin(one) in (Created, Accepted):
            yield get_args(one)[0]
        elif one is not types.NoneType and not _is_raw(one):
            yield one
            if item := sparse.item_of(one):
                yield item


def _is_raw(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, web.StreamResponse)


def _alternatives(returns: Any) -> Iterator[Any]:
    if get_origin(returns) in (Union, types.UnionType):
        yield from get_args(returns)
    else:
        yield types.NoneType if returns is None else returns


def _json(type_: Any, schemas: Schemas) -> Answer:
    schema = schemas.answer(type_)
    return {"application/json": {"schema": schema, "example": example(schema, schemas.known)}}


def _read(type_: Any, schemas: Schemas) -> dict[str, Answer]:
    content = _json(type_, schemas)
    item = sparse.item_of(type_)
    if item is not None:
        content["application/json"]["schema"] = schemas.sparse(type_, item)
    headers = headers_of({"ETag": "The version of this answer."})
    return {
        "200": {"description": "Done.", "headers": headers, "content": content},
        "304": {"description": "It is still the version of `If-None-Match`.", "headers": headers},
    }


def _raw(operation: Operation) -> dict[str, Answer]:
    if operation.raw is None:
        raise TypeError(f"{operation.name} answers by itself: say what in `raw`")
    answers = {}
    for status in operation.raw.statuses:
        answer: Answer = {"description": HTTPStatus(status).phrase}
        if status in (200, 206):
            schema = _OBJECT if operation.raw.media == "application/json" else _TEXT
            answer["content"] = {operation.raw.media: {"schema": schema}}
        answers[str(status)] = answer
    return answers


def refusals(
    operation: Operation, handler: Handler, shared: dict[str, Answer]
) -> dict[str, Answer]:
    """Every problem it may answer with, by status; what others answer too goes into ``shared``."""
    by_status: dict[int, list[Kind]] = {}
    for kind in dict.fromkeys(_kinds(operation, handler)):
        by_status.setdefault(kind.status, []).append(kind)
    found = {}
    for status, kinds in sorted(by_status.items()):
        name = "-".join([str(status), *(kind.id for kind in kinds)])
        shared.setdefault(name, _problem(status, kinds))
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return found


def _kinds(operation: Operation, handler: Handler) -> Iterator[Kind]:
    takes = handler.takes
    yield from _ALWAYS
    if operation.name not in access.PUBLIC:
        yield from (problems.UNAUTHORIZED, problems.FORBIDDEN)
    yield from _BEHIND
    if "{" in operation.path:
        yield from (problems.NO_ROUTE, problems.NOT_FOUND)
    elif "body" in takes:  # which names something
        yield problems.NOT_FOUND
    can_choose = operation.method == "GET" and sparse.item_of(handler.returns)
    if "query" in takes or can_choose:
        yield problems.INVALID
    if "body" in takes:
        yield from _BODY
    if operation.upload is not None:
        yield from (*_BODY[1:], problems.NO_ROOM)
    if operation.method != "GET":
        yield from (problems.CONFLICT, problems.PRECONDITION_FAILED)
    if operation.method == "POST":
        yield from _KEYED
    if operation.secret:
        yield once.SHOWN_ONCE
    if operation.raw is not None:
        yield from operation.raw.may
    yield from operation.may


def _problem(status: int, kinds: list[Kind]) -> Answer:
    told = "; ".join(f"`{kind.id}`: {kind.title}" for kind in kinds)
    first = {"type": f"urn:callserver:problem:{kinds[0].id}", "title": kinds[0].title}
    answer: Answer = {
        "description": told + ".",
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {**first, "status": status},
            }
        },
    }
    if status in _HEADERS:
        answer["headers"] = headers_of(_HEADERS[status])
    return answer


def headers_of(names: Mapping[str, str]) -> dict[str, Any]:
    """Headers of an answer, with what they say."""
    return {
        name: {"description": meaning, "schema": _TEXT, "required": False}
        for name, meaning in names.items()
    }
