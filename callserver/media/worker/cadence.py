"""Human or machine, by how they speak (pure): who answers a phone says a word or two and waits,
a machine goes on. Time is counted in frames of sound, so no clock is asked.

A word is what is spoken without a pause of ``PAUSE_S``; sounds shorter than ``CLICK_S`` are none.
A greeting is all words up to a silence of ``after_s``.
"""

from dataclasses import dataclass

from callserver.model.answering import Answerer, Cadence, Sign

FRAME_S = 0.02
CLICK_S = 0.06
PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who it is, why, and how long after the answer that was known."""

    answerer: Answerer
    sign: Sign
    after_s: float


class CadenceWatch:
    """Hears one frame after the other. ``judgement`` is there from the first sign on; ``over``
    says that there is nothing left to listen for."""

    def __init__(self, cadence: Cadence) -> None:
        self._rules = cadence
        self._frames = 0
        self._voice_s = 0.0  # of the sound that goes on
        self._first_at: float | None = None  # when the greeting began
        self._last_at = 0.0  # until when a voice was heard
        self._words = 0
        self._in_word = False
        self._beeping = False
        self.judgement: Judgement | None = None
        self.over = False
        self.beeped = False
        """A tone has ended the greeting."""

    @property
    def heard_s(self) -> float:
        return self._frames * FRAME_S

    def hear(self, *, voice: bool, beep: bool = False) -> None:
        """20 ms more: there was a voice in them, or they belong to a tone that lasts."""
        self._frames += 1
        if self.over:
            return
        self._follow(voice and not beep)
        if self.judgement is None:
            self._judge(beep)
        if self.judgement is not None:
            self._await_end(beep)
        self._beeping = beep

    def begin_again(self) -> None:
        """What sounded like a voice so far was somebody else, further away."""
        self._first_at, self._words, self._in_word, self._voice_s = None, 0, False, 0.0

    def _follow(self, voice: bool) -> None:
        now = self.heard_s
        if not voice:
            self._voice_s = 0.0
            self._in_word = self._in_word and now - self._last_at < PAUSE_S
            return
        self._voice_s += FRAME_S
        if self._in_word:
            self._last_at = now
        elif self._voice_s >= CLICK_S - FRAME_S / 2:
            self._in_word = True
            self._words += 1
            self._last_at = now
            if self._first_at is None:
                self._first_at = now - self._voice_s

    def _judge(self, beep: bool) -> None:
        rules, now = self._rules, self.heard_s
        if beep:
            self._found(Answerer.MACHINE, Sign.BEEP)
        elif self._first_at is None:
            if now >= rules.silence_s:
                self._found(Answerer.UNSURE, Sign.SILENCE)
        elif self._last_at - self._first_at >= rules.greeting_s:
            self._found(Answerer.MACHINE, Sign.LONG_GREETING)
        elif self._words > rules.words:
            self._found(Answerer.MACHINE, Sign.MANY_WORDS)
        elif now - self._last_at >= rules.after_s:
            self._found(Answerer.HUMAN, Sign.SHORT_GREETING)
        if self.judgement is None and now >= rules.most_s:
            self._found(Answerer.UNSURE, Sign.TIME_UP)

    def _found(self, answerer: Answerer, sign: Sign) -> None:
        self.judgement = Judgement(answerer, sign, self.heard_s)
        self.over = answerer is not Answerer.MACHINE or not self._rules.to_the_end

    def _await_end(self, beep: bool) -> None:
        """The greeting is over with the tone, or with a silence no greeting has in it."""
        self.beeped = self._beeping and not beep
        quiet = not beep and self.heard_s - self._last_at >= self._rules.quiet_s
        if self.beeped or quiet or self.heard_s >= self._rules.end_s:
            self.over = True
