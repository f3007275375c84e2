"""Binding a handler: mistakes are found when the server is built, not when a client comes."""

import pytest
from aiohttp import web

from callserver.config.sections import Http
from callserver.metrics import Metrics
from callserver.tokens import Tokens
from callserver.web.asks import NewState
from callserver.web.gate import Gate
from callserver.web.once import Once
from callserver.web.operation import Desk, Operation, bind, pointer
from callserver.web.versions import Versions
from tests.web.fakes import FakeStore, MemoryAnswers, StandingClock


def desk() -> Desk:
    tokens, gate = Tokens(FakeStore(), StandingClock()), Gate(Http(), Metrics())
    return Desk(tokens, gate, Once(MemoryAnswers(), StandingClock()), Versions(), {})


async def _takes_a_path(call: str) -> None:
    """A handler."""


async def _takes_a_bare_body(body: str) -> None:
    """A handler whose body has no model."""


async def _takes_all(call: str, body: NewState, request: web.Request) -> None:
    """A handler."""


@pytest.mark.parametrize(
    ("path", "handler"),
    [
        ("/calls", _takes_a_path),
        ("/calls/{call}/{leg}", _takes_a_path),
        ("/calls/{id:[a-z]+}", _takes_a_path),
        ("/calls", _takes_a_bare_body),
    ],
)
def test_a_handler_that_does_not_fit_its_path_is_refused(path: str, handler: object) -> None:
    with pytest.raises(TypeError):
        bind(Operation("x", "GET", path, handler), desk())  # type: ignore[arg-type]


def test_a_handler_that_fits_is_taken() -> None:
    operation = Operation("x", "PUT", "/calls/{call:[a-z]{1,9}}", _takes_all)
    assert callable(bind(operation, desk()))


def test_pointers_escape_what_the_rfc_says() -> None:
    assert pointer(("queues", 3, "a/b~c")) == "/queues/3/a~1b~0c"
    assert pointer(()) == ""
