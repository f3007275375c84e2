"""Who answers the customer's phone, as far as the worker hears it, and what a machine is told."""

import asyncio
from contextlib import suppress

from callserver.call.call import Call
from callserver.config.callbacks import Callbacks as Rules
from callserver.model.answering import Answerer, Cadence
from callserver.model.events import PlayEnd
from callserver.speech.phrases import Phrase, phrase

GRACE_S = 2.0  # a worker that has not said by then who answers never will


def cadence(rules: Rules) -> Cadence:
    """The thresholds, as a worker takes them."""
    here = rules.answering
    return Cadence(
        silence_s=here.silence_s,
        greeting_s=here.greeting_s,
        words=here.words,
        after_s=here.after_s,
        most_s=here.most_s,
        to_the_end=rules.machine == "message",
        quiet_s=here.quiet_s,
        end_s=here.end_s,
    )


class Answering:
    """For one call. Nobody but a machine is ever taken for one: who is unsure is a human."""

    def __init__(self, call: Call, rules: Rules) -> None:
        self._call = call
        self._rules = rules
        self._found: Answerer | None = None
        self._judged = asyncio.Event()
        self._greeted = asyncio.Event()

    @property
    def acts(self) -> bool:
        """Whether anything else is done when it is a machine."""
        return self._rules.machine in ("retry", "message")

    @property
    def leaves_message(self) -> bool:
        return self._rules.machine == "message"

    @property
    def cadence(self) -> Cadence | None:
        """What the worker listens for; None: it does not."""
        return None if self._rules.machine == "off" else cadence(self._rules)

    def judged(self, answerer: Answerer) -> None:
        """It is known who answered."""
        self._found = answerer
        self._judged.set()

    def greeting_over(self) -> None:
        """The machine listens now."""
        self._greeted.set()

    async def is_machine(self) -> bool:
        """Wait until it is known, if anything depends on it."""
        if not self.acts:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rules.answering.most_s + GRACE_S):
                await self._judged.wait()
        return self._found is Answerer.MACHINE

    async def leave_message(self) -> bool:
        """Tell the machine, when it has said its greeting; whether it heard all of it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rules.answering.end_s + GRACE_S):
                await self._greeted.wait()
        call = self._call
        text = self._rules.machine_text or phrase(Phrase.CALLBACK_MESSAGE, call.language)
        file = call.house.prompts.say(call.language, text)
        return await call.player.play((file,), barge_in=False) is PlayEnd.FINISHED
