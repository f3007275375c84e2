"""What a connector has to know of its CRM (pure: it asks by yielding, and gets replies).

``tell`` is one story for one event, and may be told again from its start: after an answer that was
lost, a restart, a replay. What it remembers (``known``) is kept whatever comes of the story, but
not when the server dies in it. So whatever makes a record must find the one that may be there
already by our id of the call: by a key of the CRM, or by ``only_one``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from typing import ClassVar, Generic, TypeVar

from callserver.config.connectors import Connector as Options
from callserver.crm.connectors.told import Sound as SoundTold
from callserver.crm.connectors.told import Told
from callserver.model.connectors import Ask, Known, Reply, Search, Sound, Story
from callserver.model.errands import Errand, Form
from callserver.model.errors import OutsideError
from callserver.model.hooks import EventType

CALL: tuple[EventType, ...] = (
    EventType.CALL_OFFERED,
    EventType.CALL_RINGING,
    EventType.CALL_ANSWERED,
    EventType.CALL_ENDED,
    EventType.RECORDING_READY,
    EventType.VOICEMAIL_LEFT,
)
OVER: tuple[EventType, ...] = (
    EventType.CALL_ENDED,
    EventType.RECORDING_READY,
    EventType.VOICEMAIL_LEFT,
)
"""For CRMs that hold calls that are over, and nothing of those that run."""

O = TypeVar("O", bound=Options)  # noqa: E741 - the options of a kind


Ids = Generator[Ask | Sound, Reply, list[str]]
"""Asks for the ids of some records."""


class Refused(Exception):
    """The CRM will never take this, and says why. Cure: what the reason names, then a replay."""


class Connector(ABC, Generic[O]):
    """One kind of CRM, with the options of one of them."""

    events: ClassVar[tuple[EventType, ...]] = CALL
    """What it has a use for."""
    sends: ClassVar[tuple[str, ...]] = ()
    """Its events by which its people ask for calls."""
    rate: ClassVar[tuple[float, int]] = (10.0, 20)
    """Requests a second that the CRM allows, and how many at once."""

    def __init__(self, options: O) -> None:
        self.options = options

    # --- what it must know

    @abstractmethod
    def headers(self, token: str) -> Mapping[str, str]:
        """Who we are, for every request. ``token`` is the one in use (see ``tokens``)."""

    @abstractmethod
    def tell(self, told: Told, known: Known) -> Story:
        """Tell of one event. Raises :class:`Refused`."""

    @abstractmethod
    def check(self) -> Story:
        """Whether it knows us; changes nothing, or what has to be there once."""

    # --- what it may know

    def token(self, now: float) -> str | None:
        """What ``headers`` and ``signed`` are given, when it is at hand; None: it has to be asked
        for (:meth:`grant`). Raises ``ConfigError``."""
        return ""

    def grant(self, refresh: str, now: float) -> Ask:
        """Asks for a token: `access_token`, `expires_in` and perhaps `refresh_token` come.
        ``refresh`` is the last one that came, empty: the one of the configuration. Raises
        ``ConfigError``."""
        raise NotImplementedError

    def seed(self) -> str:
        """The secret that tokens began with: another one makes those that are kept worthless."""
        return ""

    def signed(self, ask: Ask, token: str) -> Ask:
        """The same request with what no header can hold."""
        return ask

    def busy(self, reply: Reply) -> bool:
        """Whether they say that we ask too much, in another way than by 429."""
        return False

    def why(self, reply: Reply) -> str:
        """What they say of a request that they did not take."""
        return reply.text("message") or reply.text("error", "message") or reply.text("error")

    @property
    def listens(self) -> bool:
        """Whether the CRM may ask for calls."""
        return False

    def proves(self, form: Form) -> bool:
        """Whether it is really the CRM that sent this, compared in constant time. Raises
        ``ConfigError``."""
        return False

    def asked(self, form: Form) -> Errand | None:
        """What it asks for; None: nothing that we do."""
        return None

    def find(self, number: str) -> Search | None:
        """Who has this number (E.164); None: this CRM cannot be asked."""
        return None

    def unwanted(self, known: Known) -> bool:
        """Whether it said, when it was told of a call, that nobody wants to talk with them."""
        return False

    # --- what they have in common

    def user(self, agent: str | None) -> str:
        """The agent as the CRM knows them; else the default user, who may be empty."""
        return self.options.users.get(agent or "", self.options.default_user)

    def agent(self, user: str) -> str | None:
        """And back."""
        return next((ours for ours, one in self.options.users.items() if one == user), None)

    def link(self, sound: SoundTold | None) -> str:
        """Where people listen to it; empty: nowhere."""
        return f"{self.options.link}{sound.url}" if sound and self.options.link else ""


def only_one(
    search: Callable[[], Ids], create: Ask, remove: Callable[[str], Ask]
) -> Generator[Ask | Sound, Reply, str]:
    """The id of the one record that ``search`` finds, made when there is none. For CRMs without a
    key of ours: it looks before, because an earlier answer may have been lost, and after, because
    something on the way may have asked twice; what is there too often is removed."""
    ids = yield from search()
    if not ids:
        yield create
        ids = yield from search()
    if not ids:
        raise OutsideError("what was made is not found")
    keep, *others = sorted(ids, key=lambda one: (len(one), one))
    for one in others:
        yield remove(one)
    return keep


def dialable(number: str) -> str:
    """Without anything that could mean something in a search: who calls may write what they
    like."""
    return "".join(one for one in number if one in "+0123456789")


def found(name: str, **fields: str | bool | None) -> Mapping[str, str | bool]:
    """Fields of somebody; what is not known is left out."""
    every = {"name": name, **fields}
    return {key: value for key, value in every.items() if value not in (None, "")}
