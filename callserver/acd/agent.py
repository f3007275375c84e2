"""One agent: what happens to them, and the state that follows from it.

What an agent is seen doing (``state``) is never set; it follows from whether they are there
(``presence``), the calls they have, and the wrap-up. So a pause asked for during a call takes
effect when the call and its wrap-up are over, and nothing that happens to a call can cut a wrap-up
short.
Times are seconds since 1970.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from callserver.config.queues import Agents as Rules
from callserver.model.agent import IN_CONVERSATION, Profile
from callserver.model.agent import AgentState as State
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd

_PROGRESS = (State.CONSULT, State.TALKING, State.HOLD, State.RINGING)


def pause_reason(why: LegEnd) -> str:
    """The word for a pause that the system imposed, one for each way not to take a call."""
    return "missed_call" if why is LegEnd.NO_ANSWER else why.value


@dataclass(slots=True)
class OnCall:
    """A call of an agent. ``since``: rung, and then answered."""

    queue: str
    state: State
    since: float


class Wish(NamedTuple):
    """What the state will be when calls and wrap-up are over, unless that is ready."""

    state: State
    reason: str
    until: float | None = None


class Look(NamedTuple):
    """What others are told: state, reason of a pause, call, when it ends by itself, and what comes
    after it."""

    state: State
    reason: str = ""
    call: str | None = None
    until: float | None = None
    wish: Wish | None = None


@dataclass(slots=True, eq=False)
class Agent:
    """An agent now.

    ``presence`` is ready, paused (for ``reason``, until ``pause_until`` if it ends by itself) or
    signed out, and what shows when nothing else does. ``outside`` counts calls outside the queues.
    ``idle_since`` is what longest-idle compares; ``taken`` and ``talked_s`` are today's. ``missed``
    counts the calls missed in a row. ``leaving``: the account is gone, the agent goes when the call
    is over. ``cycle``: for this queue, from the ringing to the end of the wrap-up. ``shown`` is the
    state others were told, since ``since``.
    """

    profile: Profile
    since: float
    presence: State = State.SIGNED_OUT
    reason: str = ""
    pause_until: float | None = None
    wrap_until: float | None = None
    calls: dict[str, OnCall] = field(default_factory=dict)
    outside: int = 0
    idle_since: float = 0.0
    phones: int = 0
    missed: int = 0
    taken: int = 0
    talked_s: float = 0.0
    leaving: bool = False
    cycle: tuple[str, float] | None = None
    shown: Look = field(default_factory=lambda: Look(State.SIGNED_OUT))

    @property
    def username(self) -> str:
        return self.profile.username

    @property
    def state(self) -> State:
        if self.calls:
            return min((one.state for one in self.calls.values()), key=_PROGRESS.index)
        if self.leaving or not self.phones:
            return State.SIGNED_OUT
        state = self.presence if self.wrap_until is None else State.WRAP_UP
        return State.BUSY if self.outside and state is not State.SIGNED_OUT else state

    @property
    def call(self) -> str | None:
        """The call that ``state`` speaks of."""
        state = self.state
        return next((call for call, one in self.calls.items() if one.state is state), None)

    @property
    def until(self) -> float | None:
        """When the state ends by itself."""
        match self.state:
            case State.WRAP_UP:
                return self.wrap_until
            case State.PAUSED:
                return self.pause_until
        return None

    @property
    def deadline(self) -> float | None:
        """When :meth:`time_is_up` has something to do."""
        times = [when for when in (self.wrap_until, self.pause_until) if when is not None]
        return min(times, default=None)

    @property
    def load(self) -> int:
        return len(self.calls) + self.outside

    @property
    def free(self) -> bool:
        """Whether another call may ring."""
        return (
            self.presence is State.READY
            and self.wrap_until is None
            and self.load < self.profile.capacity
            and self.phones > 0
            and not self.leaving
            and all(one.state is not State.RINGING for one in self.calls.values())
        )

    def look(self) -> Look:
        state = self.state
        reason = self.reason if state is State.PAUSED else ""
        wish = None
        if self.presence is not State.READY and state not in (State.PAUSED, State.SIGNED_OUT):
            wish = Wish(self.presence, self.reason, self.pause_until)
        return Look(state, reason, self.call, self.until, wish)

    # Calls

    def ring(self, call: str, queue: str, now: float) -> None:
        """The agent is reserved for this call and the phone is about to ring."""
        self.calls[call] = OnCall(queue, State.RINGING, now)
        self.cycle = self.cycle or (queue, now)

    def pick(self, now: float) -> None:
        """The agent wants to take a call out of turn: the wrap-up is over, a pause waits. Raises
        ``NotAllowed``."""
        if self.state not in (State.READY, State.WRAP_UP, State.PAUSED):
            raise NotAllowed(f"{self.username} is {self.state} and cannot take a call now")
        self._end_wrap_up(now)

    def answer(self, call: str, now: float) -> None:
        self.missed = 0
        self.taken += 1
        self.calls[call] = OnCall(self.calls[call].queue, State.TALKING, now)

    def miss(self, call: str, why: LegEnd, rules: Rules, now: float) -> None:
        """The phone did not take the call: a pause that ends by itself, so that callers are not
        sent to an empty chair and nobody is locked out for ever. The agent's own pause stays."""
        self._unring(call)
        self.missed += 1
        if self.presence is State.READY or self.pause_until is not None:
            pause_s = (
                rules.missed_rest_s if self.missed < rules.max_missed else rules.missed_pause_s
            )
            self.presence, self.reason = State.PAUSED, pause_reason(why)
            self.pause_until = now + pause_s if pause_s else None
        self._check_phones()

    def take_over(self, call: str, queue: str, now: float) -> None:
        """The agent has a conversation that somebody else began."""
        self.calls[call] = OnCall(queue, State.TALKING, now)

    def caller_gone(self, call: str) -> None:
        """It rings no more, and that was not for the agent to change: the turn is not lost."""
        self._unring(call)
        self._check_phones()

    def turn(self, call: str, state: State) -> None:
        """Hold, consultation, or talking with the customer again."""
        self.calls[call].state = state

    def finish(self, call: str, rules: Rules, now: float) -> None:
        """The conversation is over. The wrap-up is given before anything else takes effect."""
        self.talked_s += max(now - self.calls.pop(call).since, 0.0)
        self.idle_since = now
        if rules.wrap_up_s:
            self.wrap_until = max(self.wrap_until or now, now + rules.wrap_up_s)
        self._check_phones()

    def spare(self, call: str) -> None:
        """The agent was there, but nobody to talk with: as if the phone had not rung."""
        self.taken -= 1
        self._unring(call)
        self._check_phones()

    def outside_calls(self, count: int, now: float) -> None:
        """So many calls outside the queues. Who comes from one has not been idle."""
        if count < self.outside:
            self.idle_since = now
        self.outside = count

    # Time

    def time_is_up(self, now: float) -> None:
        """A wrap-up or an imposed pause may be over. It counts as idle from the moment it should
        have ended, however late the timer was."""
        if self.wrap_until is not None and self.wrap_until <= now:
            self.idle_since, self.wrap_until = self.wrap_until, None
        if self.pause_until is not None and self.pause_until <= now:
            self._be(State.READY, "", self.pause_until)

    def more_wrap_up(self, seconds: float, rules: Rules, now: float) -> None:
        """Let the wrap-up last ``seconds`` longer. Raises ``NotAllowed``."""
        if self.state is not State.WRAP_UP or self.wrap_until is None:
            raise NotAllowed(f"{self.username} is {self.state}; only a wrap-up can be made longer")
        if seconds <= 0 or self.wrap_until + seconds - self.since > rules.wrap_up_most_s:
            raise NotAllowed(f"a wrap-up lasts at most {rules.wrap_up_most_s:g} s")
        self.wrap_until += seconds

    # What is asked

    def set_phones(self, count: int, now: float) -> None:
        """So many phones are registered now. The first one signs in. Without any nobody can be
        rung: signed out, after the call if there is one (a phone that is ringing or talking fails
        by itself, or goes on)."""
        first = count > 0 and not self.phones and self.state is State.SIGNED_OUT
        self.phones = count
        if first:
            self._be(State.READY, "", now)
        self._check_phones()

    def dismiss(self) -> None:
        """The account is gone."""
        self.leaving = True
        self._check_phones()

    def request(self, state: State, reason: str, rules: Rules, now: float) -> None:
        """Ready, paused or signed out, as somebody asked; ends a wrap-up. During a call it takes
        effect after the call and its wrap-up. Raises ``NotAllowed``."""
        if state not in (State.READY, State.PAUSED, State.SIGNED_OUT):
            raise NotAllowed(f"{state} cannot be asked for; ready, paused or signed_out can")
        if state is State.PAUSED and reason not in rules.pause_reasons:
            raise NotAllowed(f"a pause needs a reason out of: {', '.join(rules.pause_reasons)}")
        if not self.calls:
            if state is State.READY and not self.phones:
                raise NotAllowed(f"{self.username} has no phone; register one first")
            if state is State.PAUSED and self.state is State.SIGNED_OUT:
                raise NotAllowed(f"{self.username} is signed out; ask for ready first")
            if self.state is not State.BUSY:
                self._end_wrap_up(now)
        self._be(state, reason if state is State.PAUSED else "", now)

    def resume(
        self,
        state: State,
        reason: str,
        since: float,
        call: str | None,
        until: float | None,
        wish: Wish | None,
        phones: int,
    ) -> None:
        """Be where the journal says the agent was before a restart; timers go on."""
        self.since = self.idle_since = since
        self.phones = phones
        self.presence, self.reason, self.pause_until = wish or Wish(State.READY, "")
        if state in (State.PAUSED, State.SIGNED_OUT):
            self.presence, self.reason, self.pause_until = state, reason, until
        elif state is State.WRAP_UP:
            self.wrap_until = until
        elif call is not None and (state in IN_CONVERSATION or state is State.RINGING):
            self.calls[call] = OnCall("", state, since)
        self.shown = Look(state, reason, call, until, wish)
        self._check_phones()

    def _unring(self, call: str) -> None:
        del self.calls[call]
        if not self.calls:
            self.cycle = None

    def _be(self, presence: State, reason: str, idle_since: float) -> None:
        if presence is State.READY and self.presence is not State.READY:
            self.idle_since = idle_since
        self.presence, self.reason, self.pause_until = presence, reason, None

    def _end_wrap_up(self, now: float) -> None:
        if self.wrap_until is not None:
            self.idle_since, self.wrap_until = now, None

    def _check_phones(self) -> None:
        """Who is out has no wrap-up, and no pause that ends; the next phone signs in anew."""
        if not self.calls and (self.leaving or not self.phones):
            self.presence, self.reason = State.SIGNED_OUT, ""
            self.pause_until = self.wrap_until = None
