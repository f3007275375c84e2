"""Visitors of a web site who ask to be called, and other people's servers, as fakes."""

from dataclasses import replace
from typing import Any

from callserver.model.callback import (
    Callback,
    CallbackState,
    CallbackWhy,
    Outlook,
    Prospect,
    Wanted,
)
from callserver.model.errors import NotAllowed, OutsideError
from callserver.model.outside import Request
from tests.web.fakes import NOW


class FakeSite:
    """Implements ``SiteDesk``; ``taken`` is what was asked for, ``requests`` what came of it."""

    def __init__(self) -> None:
        self.taken: list[Wanted] = []
        self.requests: dict[str, Callback] = {}

    def ask_from_site(self, wanted: Wanted, why: CallbackWhy = CallbackWhy.SITE) -> Callback:
        if wanted.number.startswith("+4"):
            raise NotAllowed("this number may not be dialled (`outgoing` in the configuration)")
        self.taken.append(wanted)
        who = (wanted.number, wanted.name, wanted.line, wanted.queue, wanted.priority)
        place = (NOW, why, CallbackState.OPEN, wanted.not_before, wanted.not_after)
        one = Callback(f"r{len(self.taken)}", NOW, *who, *place)
        self.requests[one.call] = one
        return one

    def find(self, callback: str) -> Callback | None:
        return self.requests.get(callback)

    def outlook(self, one: Callback, waits_with: Callback) -> Outlook:
        if waits_with.state is CallbackState.DONE:
            return Outlook(Prospect.DONE)
        return Outlook(Prospect.WAITING, 3, NOW + 60, NOW + 300)

    def give_up(self, one: Callback) -> None:
        self.requests[one.call] = replace(one, state=CallbackState.CANCELLED)


class FakeOutside:
    """Implements ``Outside``; ``answer`` is what everybody answers, None: nobody does."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Any:
        self.asked.append(request)
        if self.answer is None:
            raise OutsideError(f"{request.destination} did not answer")
        return self.answer

    def tell(self, request: Request) -> None:
        self.asked.append(request)
