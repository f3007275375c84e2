"""How a typed handler becomes a route.

A handler is an async method whose parameters say what it takes: ``query`` and ``body`` are
pydantic models, ``file`` a body that was written to a file, ``request`` the raw request, any other
one a part of the path. What it returns says what is answered: a struct (200), ``Created`` (201) and
``Accepted`` (202, both with Location), ``None`` (204), or a ready response, described as ``Raw``.
The parameters are checked when the table is bound; annotations and docstring (its first sentence is
the summary) are what ``openapi`` reads the document from.
"""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec
from aiohttp import web
from pydantic import BaseModel, ValidationError

from callserver.tokens import Tokens
from callserver.web import access, problems, sparse, versions
from callserver.web.auth import admit
from callserver.web.bodies import BODY_TIMEOUT_S, arriving
from callserver.web.gate import Gate
from callserver.web.once import HEADER, Once, Work
from callserver.web.problems import Kind, Problem, invalid
from callserver.web.shapes import Accepted, Created
from callserver.web.uploads import Upload, Uploaded, Uploads
from callserver.web.versions import Versions

OPERATION: Final = web.RequestKey("operation", str)
"""Set on every request that found its operation; the access log and the metrics name it."""

ANSWER_TIMEOUT_S: Final = 20.0

NO_PLACES: Final = frozenset({"query", "body", "file", "request"})
"""Parameters of a handler that are no part of the path."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a handler sends that makes its answer itself: the media type, the statuses when all is
    well, and problems it raises by itself."""

    media: str
    statuses: tuple[int, ...] = (200,)
    may: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API can do. ``name`` is its key in the role table, the log and the metrics.
    ``streams``: it sends its answer itself and keeps its own time; ``secret``: its answer holds
    something that is shown once; ``raw``: what it sends when that is no JSON of a struct; ``may``:
    problems it raises that its parameters do not tell of; ``headers``: those of requests that the
    handler looks at, with what they do; ``upload``: the body that becomes its ``file``; ``form``:
    what is in the form that it reads itself (see ``forms``; empty: it takes none)."""

    name: str
    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    streams: bool = False
    secret: bool = False
    raw: Raw | None = None
    may: tuple[Kind, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Handler:
    """What the signature of a handler says."""

    takes: Mapping[str, inspect.Parameter]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    returns: Any

    @property
    def reads(self) -> bool:
        """Whether it needs no more than its path: what it answers then has a version."""
        return not NO_PLACES & set(self.takes)


def handler_of(operation: Operation) -> Handler:
    """Read the signature. Raises ``TypeError`` when query or body are no models."""
    signature = inspect.signature(operation.handler, eval_str=True)
    takes = signature.parameters
    models = _model(takes, "query"), _model(takes, "body")
    return Handler(takes, *models, signature.return_annotation)


def readers(table: Iterable[Operation]) -> dict[str, Operation]:
    """By path, the operation that reads what is there."""
    return {
        one.path: one
        for one in table
        if one.method == "GET" and one.raw is None and handler_of(one).reads
    }


@dataclass(frozen=True, slots=True)
class Desk:
    """What all operations of a server share. ``readers`` is of ``readers``."""

    tokens: Tokens
    gate: Gate
    once: Once
    versions: Versions
    readers: Mapping[str, Operation]


def bind(
    operation: Operation, desk: Desk
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of an operation. Raises ``TypeError`` when the handler's parameters do
    not fit its path."""
    signature = handler_of(operation)
    takes, query, body = signature.takes, signature.query, signature.body
    in_path = set(re.findall(r"{([a-z_]\w*)", operation.path))
    if in_path != set(takes) - NO_PLACES:
        raise TypeError(f"{operation.name}: path has {in_path}, handler takes {set(takes)}")
    item = sparse.item_of(signature.returns) if operation.method == "GET" else None
    reader = desk.readers.get(operation.path)
    uploads = Uploads(operation.upload) if operation.upload else None

    async def handle(request: web.Request) -> web.StreamResponse:
        request[OPERATION] = operation.name
        admit(request, operation.name, desk.tokens, desk.gate)
        if uploads is None:
            return await keyed(request, work, b"" if body is None else None)
        async with uploads.receive(request) as file:
            return await keyed(request, partial(work, file=file), file.mark)

    async def keyed(request: web.Request, do: Work, content: bytes | None) -> web.StreamResponse:
        post = operation.method == "POST" and operation.name not in access.PUBLIC
        if not post or HEADER not in request.headers:
            return await do(request)
        sent = await _content(request) if content is None else content
        return await desk.once.answer(request, do, sent, secret=operation.secret)

    async def work(request: web.Request, file: Uploaded | None = None) -> web.StreamResponse:
        place: dict[str, Any] = {name: request.match_info[name] for name in in_path}
        given = {**place, "request": request, "file": file}
        asked = dict(request.query)
        wanted = asked.pop(sparse.PARAMETER, None) if item else None
        if query is not None:
            given["query"] = _read_query(request, query, asked)
        names = sparse.chosen(wanted, item) if wanted is not None and item else None
        if body is not None:
            given["body"] = await _read_body(request, body)
        do = partial(operation.handler, **{name: given[name] for name in takes})
        if operation.streams:
            return _answer(request, await do())
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                if operation.method == "GET":
                    result = await do()
                    return _answer(request, sparse.narrow(result, names) if names else result)
                read = partial(reader.handler, **place) if reader else None
                async with desk.versions.hold(request, read):
                    return _answer(request, await do())
        except TimeoutError as error:
            raise Problem(problems.TOO_SLOW) from error

    return handle


def _model(takes: Any, name: str) -> type[BaseModel] | None:
    if name not in takes:
        return None
    model = takes[name].annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise TypeError(f"{name} must be a pydantic model, not {model!r}")
    return model


def _read_query(
    request: web.Request, model: type[BaseModel], asked: Mapping[str, str]
) -> BaseModel:
    mistakes = [
        {"detail": "given more than once", "parameter": name}
        for name in dict.fromkeys(request.query)
        if len(request.query.getall(name)) > 1
    ]
    try:
        query = model.model_validate(asked)
    except ValidationError as error:
        mistakes += [
            {"detail": mistake["msg"], "parameter": ".".join(map(str, mistake["loc"]))}
            for mistake in error.errors(include_url=False, include_input=False)
        ]
    if mistakes:
        raise invalid(mistakes)
    return query


async def _content(request: web.Request) -> bytes:
    """The body, which is read once."""
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise Problem(problems.UNSUPPORTED_MEDIA, "send it as plain application/json")
    if (request.content_length or 0) > request.client_max_size:
        raise Problem(problems.TOO_LARGE, f"at most {request.client_max_size} bytes")
    async with arriving(BODY_TIMEOUT_S):
        return await request.read()


async def _read_body(request: web.Request, model: type[BaseModel]) -> BaseModel:
    content = await _content(request)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
    if any(mistake["type"] == "json_invalid" for mistake in mistakes):
        raise Problem(problems.BAD_JSON, mistakes[0]["msg"])
    raise invalid([{"detail": m["msg"], "pointer": pointer(m["loc"])} for m in mistakes])


def pointer(place: tuple[int | str, ...]) -> str:
    """A place in a body as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def _answer(request: web.Request, result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=204)
    if request.method in ("GET", "HEAD"):
        return versions.answer(request, msgspec.json.encode(result))
    status, headers = 200, {}
    if isinstance(result, Created | Accepted):
        status = 201 if isinstance(result, Created) else 202
        headers, result = {"Location": result.location}, result.content
    body = msgspec.json.encode(result)
    return web.Response(status=status, headers=headers, body=body, content_type="application/json")
