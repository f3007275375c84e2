"""Transfers that an agent's phone asks for (REFER, RFC 3515): to somebody, or (Replaces, RFC 3891)
into another call of the same agent, which another worker carries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from callserver import log
from callserver.call.call import Call
from callserver.call.consultation import join, transfer
from callserver.call.conversation import Conversation
from callserver.call.directory import TollDenied
from callserver.model.commands import TransferProgress
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.events import TransferAsked
from callserver.sip.errors import SipError
from callserver.sip.text import parse_address, parse_uri, without_headers

MAX_USER_CHARS = 64

_log = log.get("call")

Found = tuple[Call, Conversation]


@dataclass(frozen=True, slots=True)
class Wish:
    """``user`` is whom the phone would call; ``replaces`` the Call-ID of the call in which it would
    be replaced, empty: none."""

    user: str
    replaces: str


def read(refer_to: str) -> Wish:
    """What the value of a Refer-To asks for. Raises :class:`SipError`."""
    uri = parse_address(refer_to).uri
    user = unquote(parse_uri(without_headers(uri)).user or "")
    replaces = ""
    for header in uri.partition("?")[2].split("&"):
        name, _, value = header.partition("=")
        if unquote(name).lower() == "replaces":
            replaces = unquote(value).partition(";")[0].strip()
    if not replaces and not 0 < len(user) <= MAX_USER_CHARS:
        raise SipError(400, "Nobody Named")
    return Wish(user, replaces)


class Referrals:
    """``conversations`` are those that go on now."""

    def __init__(self, conversations: Callable[[], Iterable[Found]]) -> None:
        self._conversations = conversations

    def asked(self, call: Call, event: TransferAsked) -> None:
        """The phone of a leg wants a transfer. It is told what comes of it."""

        def news(code: int) -> None:
            call.send(TransferProgress(event.leg, event.cseq, code))

        news(100)
        try:
            self._begin(call, event, news)
        except SipError as error:
            news(error.code)
        except TollDenied as error:
            _log.warning("transfer_denied", call=call.id, why=error.reason)
            news(403)
        except UnknownName:
            news(404)
        except NotAllowed as error:
            _log.info("transfer_not_possible", call=call.id, why=str(error))
            news(480)

    def _begin(self, call: Call, event: TransferAsked, news: Callable[[int], None]) -> None:
        conversation = call.conversation
        if conversation is None or conversation.talk.seat is not event.leg:
            raise NotAllowed("only who talks with the customer can give the call away")
        wish = read(event.refer_to)
        if not wish.replaces:
            target = call.house.directory.target(wish.user)
            transfer(call, conversation, target, news)
            return
        other = self._call_of(conversation.talk.agent, wish.replaces)
        join((call, conversation), other, news)

    def _call_of(self, agent: str | None, sip_call_id: str) -> Found:
        """The other conversation of this agent, by the Call-ID of their phone."""
        for call, conversation in self._conversations():
            talk = conversation.talk
            if agent is None or talk.agent != agent or talk.seat is None:
                continue
            if call.legs.sip_call_id(talk.seat) == sip_call_id:
                return call, conversation
        raise UnknownName("no such call of this agent")
