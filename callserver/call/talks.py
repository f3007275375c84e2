"""The conversations that go on, for those who steer them from outside: API, pages."""

from collections.abc import Callable

from callserver.call.call import Call
from callserver.call.consultation import cancel, complete, consult, merge, swap, transfer
from callserver.call.conversation import Conversation
from callserver.call.supervision import leave, supervise, take_over
from callserver.model.errors import UnknownName
from callserver.model.talk import SupervisorMode, SupervisorView, TalkView, Target, ThirdView

Found = tuple[Call, Conversation]


class LiveTalks:
    """Implements ``Talks``. ``find`` gives the conversation of a call; None: it has none."""

    def __init__(self, find: Callable[[str], Found | None]) -> None:
        self._find = find

    def _found(self, call: str) -> Found:
        found = self._find(call)
        if found is None:
            raise UnknownName(f"no conversation goes on in call {call}")
        return found

    def talk(self, call: str) -> TalkView:
        return _view(*self._found(call))

    def consult(self, call: str, target: Target) -> TalkView:
        found = self._found(call)
        consult(*found, target)
        return _view(*found)

    def swap(self, call: str) -> TalkView:
        found = self._found(call)
        swap(*found)
        return _view(*found)

    def merge(self, call: str) -> TalkView:
        found = self._found(call)
        merge(*found)
        return _view(*found)

    def complete(self, call: str) -> TalkView:
        found = self._found(call)
        complete(*found)
        return _view(*found)

    def cancel(self, call: str) -> TalkView:
        found = self._found(call)
        cancel(*found)
        return _view(*found)

    def transfer(self, call: str, target: Target) -> TalkView:
        found = self._found(call)
        transfer(*found, target)
        return _view(*found)

    def supervise(self, call: str, username: str, mode: SupervisorMode) -> TalkView:
        found = self._found(call)
        supervise(*found, username, mode)
        return _view(*found)

    def unsupervise(self, call: str) -> TalkView:
        found = self._found(call)
        leave(*found)
        return _view(*found)

    def take_over(self, call: str, username: str) -> TalkView:
        found = self._found(call)
        take_over(*found, username)
        return _view(*found)


def _view(call: Call, conversation: Conversation) -> TalkView:
    talk = conversation.talk
    third, watcher = talk.third, talk.watcher
    return TalkView(
        call=call.id,
        agent=talk.agent,
        between=talk.between,
        third=None if third is None else ThirdView(third.target, third.blind, third.up),
        supervisor=None
        if watcher is None
        else SupervisorView(watcher.username, watcher.mode, watcher.up),
    )
