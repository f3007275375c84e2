"""What a step of a flow can do with its call."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, Protocol

from callserver.model.call import Ending
from callserver.model.callback import Callback, Window
from callserver.model.dial import Dial, DialEnd
from callserver.model.flow import Frame, Message, Value, Waited
from callserver.model.outside import Request
from callserver.model.overflow import Wait
from callserver.model.ticket import Ticket


class CallControl(Protocol):
    """One call, as its flow sees it. Every ``await`` may be the last one: when the caller hangs up,
    the step is cancelled."""

    # --- the place ------------------------------------------------------------------------------

    def enter(self, place: Sequence[Frame]) -> None:
        """The call is in this step now, the last of ``place``; from here it would be resumed."""
        ...

    @property
    def activity(self) -> int:
        """Goes up whenever the caller pressed a key or spoke with somebody."""
        ...

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    # --- what is known --------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The language in which the caller is spoken to."""
        ...

    def speak(self, language: str) -> None:
        """From now on in this one."""
        ...

    def variable(self, name: str) -> Value:
        """A variable of the flow (``account``) or of the system (``caller.number``)."""
        ...

    def set(self, values: Mapping[str, Value], *, secret: bool = False) -> None:
        """Set variables of the flow. Of secret ones nothing but the name is ever written down."""
        ...

    def is_secret(self, name: str) -> bool:
        """Whether this variable was set as a secret."""
        ...

    async def contact(self, number: str) -> Mapping[str, Value] | None:
        """The fields of the contact with this number; None: there is none, or nobody could say
        within 0.3 s."""
        ...

    # --- other people's servers -----------------------------------------------------------------

    async def ask(self, request: Request) -> Any:
        """The answer of another server, as JSON. Raises ``OutsideError``, after the time the
        request gives at the latest."""
        ...

    def tell(self, request: Request) -> None:
        """Tell another server something, and do not wait for it."""
        ...

    # --- sound and keys -------------------------------------------------------------------------

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        """Play prompts to the customer until they end or, with ``barge_in``, a key is pressed (the
        key is kept for :meth:`digit`). Returns at once with ``barge_in`` when a key pressed earlier
        has not been taken yet."""
        ...

    async def digit(self, timeout_s: float, *, secret: bool = False) -> str | None:
        """The next key, pressed since the last one taken; None after ``timeout_s``. A secret one is
        written down nowhere."""
        ...

    def missed(self) -> None:
        """What was typed in this step was wrong or too short, and will be asked again: should the
        call be taken up after a restart, those keys do not come again."""
        ...

    def swallow(self, key: str) -> None:
        """The input is complete; should the caller press this very key next, as if to complete it,
        it is dropped."""
        ...

    def unrecorded(self) -> AbstractContextManager[None]:
        """While it lasts, silence is recorded instead of the voices."""
        ...

    async def wait(self, seconds: float, *, barge_in: bool) -> None:
        """Let time pass; with ``barge_in`` a key ends it (and is kept)."""
        ...

    # --- messages -------------------------------------------------------------------------------

    async def record(
        self, opening: Sequence[str], mailbox: str, max_s: float, silence_s: float
    ) -> Message:
        """Play the opening and a tone, then record what the customer says, until a key (which is
        taken), ``silence_s`` without a voice (0: never) or ``max_s``. It is kept for ``mailbox``,
        also when the customer hangs up in the middle, unless it is empty or discarded. Taken up
        after a restart it goes on, or was recorded already."""
        ...

    def discard(self, message: str) -> None:
        """Throw away what was recorded."""
        ...

    # --- what the caller wants ------------------------------------------------------------------

    def dialable(self, number: str) -> str | None:
        """The number in E.164, if it is one that may be dialled."""
        ...

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        """The next times, ``hours`` long, in which this queue could call this number (E.164): the
        first ``most`` of them, today and on so many ``days`` after it."""
        ...

    def call_back(
        self, queue: str, priority: int, number: str, window: Window | None = None
    ) -> None:
        """The caller shall be called back by this queue at this number (E.164), in this
        ``window``, or with the place that they have now, and has been served with that."""
        ...

    def expected(self, queue: str, number: str) -> Wait | None:
        """When it is the turn of somebody who asked to be called back at this number; None: nobody
        can say, or it is not time alone that they wait for."""
        ...

    def waits_for(self, queue: str) -> Callback | None:
        """What the caller's number is still to be called for by this queue."""
        ...

    def call_off(self, request: Callback) -> None:
        """They need not be called."""
        ...

    def surveyed(self, question: str) -> None:
        """A question of a survey is put to the caller."""
        ...

    def answered(self, question: str, answer: str) -> None:
        """The caller answered a question of a survey."""
        ...

    # --- ways out -------------------------------------------------------------------------------

    async def queue(
        self,
        queue: str,
        priority: int,
        ticket: Ticket,
        keys: Collection[str],
        timeout_s: float | None,
    ) -> Waited:
        """Wait for an agent as the ``ticket`` asks for, who speaks the caller's language, and talk.
        Returns when the agent hung up and the customer is still there, or, while they wait, when
        they press one of the ``keys``, after ``timeout_s`` in this step, or when the queue sends
        them away."""
        ...

    async def dial(self, dial: Dial) -> DialEnd:
        """Ring somebody and let them talk. Returns when the other side hung up and the customer is
        still there, or when nobody took it."""
        ...

    async def hang_up(self, ending: Ending | None = None) -> NoReturn:
        """End the call. Without an ``ending`` it ends as it has gone so far: served by an agent, or
        by the flow."""
        ...
