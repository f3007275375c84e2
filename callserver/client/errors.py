"""Every way a request can fail. Catch :class:`CallserverError` for all of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec


class CallserverError(Exception):
    """The root of what this client raises."""


class Unreachable(CallserverError):
    """No answer came, however often it was asked. Whether a POST was carried out is not known;
    the same call again is another request."""


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong with a request, and where: ``pointer`` (RFC 6901) into the body, or the
    ``parameter`` of query or path."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, as the server sends it."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    errors: Sequence[Mistake] = ()


class ApiError(CallserverError):
    """The server said no. ``id`` is stable (``not-found``) and is what a program should look at;
    ``problem`` has the rest."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.title}: {problem.detail}".rstrip(": "))
        self.status = status
        self.problem = problem
        self.id = problem.type.rpartition(":")[2]


class Unauthorized(ApiError):
    """401: the token is unknown or revoked; ``callserver token add`` makes another."""


class Forbidden(ApiError):
    """403: the role of the token does not allow it."""


class Missing(ApiError):
    """404: there is no such thing."""


class Conflict(ApiError):
    """409: it does not fit the present state; read it again."""


class Changed(ApiError):
    """412: somebody else changed it since you read it; read it again."""


class Invalid(ApiError):
    """422: ``problem.errors`` lists all mistakes."""


class TooMany(ApiError):
    """429: too many requests, also after waiting as long as the server asked."""


class Unavailable(ApiError):
    """5xx: something does not work over there; it was asked several times."""


_KINDS: Final[Mapping[int, type[ApiError]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: Missing,
    409: Conflict,
    412: Changed,
    422: Invalid,
    429: TooMany,
}


def error(status: int, body: bytes) -> ApiError:
    """The error an answer tells of, whatever its body is."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:
        problem = Problem(title="an answer that is no problem document", status=status)
    kind = Unavailable if status >= 500 else _KINDS.get(status, ApiError)
    return kind(status, problem)
