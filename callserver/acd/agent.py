"""One agent: the states, the moves between them, and what each happening does to an agent.

Everything here is about one agent alone; who is rung for whom is the switchboard's. Times are
seconds since 1970.
"""

from dataclasses import dataclass

from callserver.config.sections import Agents as Rules
from callserver.model.agent import AgentState as State
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd

MOVES: dict[State, frozenset[State]] = {
    State.SIGNED_OUT: frozenset({State.READY}),
    State.READY: frozenset({State.RINGING, State.PAUSED, State.SIGNED_OUT}),
    State.RINGING: frozenset({State.TALKING, State.READY, State.PAUSED, State.SIGNED_OUT}),
    State.TALKING: frozenset({State.WRAP_UP, State.READY, State.PAUSED, State.SIGNED_OUT}),
    State.WRAP_UP: frozenset({State.READY, State.PAUSED, State.SIGNED_OUT}),
    State.PAUSED: frozenset({State.READY, State.PAUSED, State.SIGNED_OUT}),
}
ON_A_CALL = frozenset({State.RINGING, State.TALKING})


def pause_reason(why: LegEnd) -> str:
    """The word for a pause that the system imposed, one for each way not to take a call."""
    return "missed_call" if why is LegEnd.NO_ANSWER else why.value


@dataclass(frozen=True, slots=True)
class Wish:
    """A pause or sign-out asked for during a call, to take effect after it."""

    state: State
    reason: str


@dataclass(slots=True, eq=False)
class Agent:
    """An agent now. Methods change it, and say whether its state (or the reason) is another one;
    those without a return value always do.

    ``until`` ends a wrap-up, or a pause that ends by itself. ``idle_since`` is what longest-idle
    compares. ``missed`` counts the calls missed in a row. ``leaving``: the account is gone, the
    agent goes when the call is over.
    """

    username: str
    name: str
    queues: tuple[str, ...]
    state: State = State.SIGNED_OUT
    reason: str = ""
    since: float = 0.0
    call: str | None = None
    until: float | None = None
    idle_since: float = 0.0
    phones: int = 0
    missed: int = 0
    wish: Wish | None = None
    leaving: bool = False

    def resume(
        self, state: State, reason: str, since: float, call: str | None, phones: int, rules: Rules
    ) -> None:
        """Be where the journal says the agent was before a restart; timers go on from ``since``."""
        self.state, self.reason, self.since, self.call = state, reason, since, call
        self.idle_since, self.phones = since, phones
        if state is State.WRAP_UP:
            self.until = since + rules.wrap_up_s
        elif state is State.PAUSED and reason not in rules.pause_reasons and rules.missed_pause_s:
            self.until = since + rules.missed_pause_s

    def ring(self, call: str, now: float) -> None:
        """The agent is reserved for this call and the phone is about to ring."""
        self._move(State.RINGING, now, call=call)

    def answer(self, now: float) -> None:
        self.missed = 0
        self._move(State.TALKING, now, call=self.call)

    def miss(self, why: LegEnd, rules: Rules, now: float) -> None:
        """The phone did not take the call: a pause that ends by itself, so that callers are not
        sent to an empty chair and nobody is locked out for ever."""
        self.missed += 1
        if not self._go_away(now):
            until = now + rules.missed_pause_s if rules.missed_pause_s else None
            self._move(State.PAUSED, now, reason=pause_reason(why), until=until)

    def caller_gone(self, now: float) -> None:
        """The caller hung up while the phone rang: ready again, and the turn is not lost."""
        if not self._go_away(now):
            self._move(State.READY, now)

    def finish(self, rules: Rules, now: float) -> None:
        """The conversation is over. The wrap-up is given before a wish takes effect."""
        if self.leaving or not self.phones:
            self._move(State.SIGNED_OUT, now)
        elif rules.wrap_up_s:
            self._move(State.WRAP_UP, now, until=now + rules.wrap_up_s)
        elif not self._go_away(now):
            self._become_ready(now, idle_since=now)

    def time_is_up(self, now: float) -> None:
        """The wrap-up or the imposed pause is over. It counts as idle from the moment it should
        have ended, however late the timer was."""
        ended = now if self.until is None else min(self.until, now)
        if not self._go_away(now):
            self._become_ready(now, idle_since=ended)

    def set_phones(self, count: int, now: float) -> bool:
        """So many phones are registered now. The first one signs in. Without any nobody can be
        rung: signed out, after the call if there is one (a phone that is ringing or talking fails
        by itself, or goes on)."""
        first = count > 0 and not self.phones
        self.phones = count
        if first and self.state is State.SIGNED_OUT:
            self._become_ready(now, idle_since=now)
            return True
        if count or self.state in ON_A_CALL or self.state is State.SIGNED_OUT:
            return False
        self._move(State.SIGNED_OUT, now)
        return True

    def dismiss(self, now: float) -> bool:
        """The account is gone."""
        self.leaving = True
        if self.state in ON_A_CALL or self.state is State.SIGNED_OUT:
            return False
        self._move(State.SIGNED_OUT, now)
        return True

    def request(self, state: State, reason: str, rules: Rules, now: float) -> bool:
        """Ready, paused or signed out, as somebody asked. During a call it is remembered; asking
        for ready then forgets what was remembered. Raises ``NotAllowed``."""
        if state not in (State.READY, State.PAUSED, State.SIGNED_OUT):
            raise NotAllowed(f"{state} cannot be asked for; ready, paused or signed_out can")
        if state is State.PAUSED and reason not in rules.pause_reasons:
            raise NotAllowed(f"a pause needs a reason out of: {', '.join(rules.pause_reasons)}")
        reason = reason if state is State.PAUSED else ""
        if self.state in ON_A_CALL:
            self.wish = None if state is State.READY else Wish(state, reason)
            return False
        if (state, reason, None) == (self.state, self.reason, self.until):
            return False
        if state is State.READY:
            if not self.phones:
                raise NotAllowed(f"{self.username} has no phone; register one first")
            self._become_ready(now, idle_since=now)
        elif self.state is State.SIGNED_OUT:
            raise NotAllowed(f"{self.username} is signed out; ask for ready first")
        else:
            self._move(state, now, reason=reason)
        return True

    def _go_away(self, now: float) -> bool:
        """Instead of being ready: what was asked for, or happened, during the call."""
        if self.leaving or not self.phones:
            self._move(State.SIGNED_OUT, now)
        elif self.wish is not None:
            self._move(self.wish.state, now, reason=self.wish.reason)
        else:
            return False
        return True

    def _become_ready(self, now: float, idle_since: float) -> None:
        self.idle_since = idle_since
        self._move(State.READY, now)

    def _move(
        self,
        state: State,
        now: float,
        reason: str = "",
        call: str | None = None,
        until: float | None = None,
    ) -> None:
        if state not in MOVES[self.state]:
            raise NotAllowed(f"{self.username} is {self.state} and cannot become {state}")
        if state in (State.READY, State.PAUSED, State.SIGNED_OUT):
            self.wish = None
        self.state, self.reason, self.since = state, reason, now
        self.call, self.until = call, until
