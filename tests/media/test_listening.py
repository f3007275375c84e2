"""The worker listens to who answers, over real sound."""

from dataclasses import replace

import numpy as np

from callserver.model.answering import Answerer, Cadence, Sign
from callserver.model.call import Leg
from callserver.model.events import AnswerJudged, GreetingOver, LegEnded
from callserver.testing import tones, wav
from tests.media.rig import Rig, dial

RULES = Cadence(silence_s=3.5, greeting_s=2.5, words=7, after_s=1.1, most_s=5.0, to_the_end=True)
SAID_S = 0.6


def babble(seconds: float) -> tones.Samples:
    """What the detector of voices takes for one: a buzz whose loudness goes up and down."""
    moments = np.arange(round(seconds * tones.RATE)) / tones.RATE
    buzz = sum(np.sin(2 * np.pi * 140 * n * moments) / n for n in range(1, 20))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * moments)
    return (2500 * np.asarray(buzz) * swell).astype(np.int16)


async def test_machine_is_told_from_a_human_and_heard_to_its_end(rig: Rig) -> None:
    machine, human = await rig.phone("machine"), await rig.phone("human")
    long, short = rig.folder / "long.wav", rig.folder / "short.wav"
    beep = tones.tone(1000, seconds=0.5)
    wav.write(long, np.concatenate([babble(4.0), tones.silence(0.5), beep]))
    wav.write(short, babble(SAID_S))
    call = await rig.take()
    call.do(replace(dial(machine.uri), judge=RULES))
    answers = await machine.incoming()
    await answers.answer()
    await answers.play(long)
    found = await call.ear.hear(AnswerJudged, Leg.AGENT, seconds=15)
    assert (found.answerer, found.sign) == (Answerer.MACHINE, Sign.LONG_GREETING)
    assert RULES.greeting_s <= found.after_s <= RULES.most_s
    over = await call.ear.hear(GreetingOver, Leg.AGENT, seconds=15)
    assert over.beeped
    await answers.hang_up()
    await call.ear.hear(LegEnded, Leg.AGENT)

    call.do(replace(dial(human.uri), judge=RULES))
    says = await human.incoming()
    await says.answer()
    await says.play(short)
    found = await call.ear.hear(AnswerJudged, Leg.AGENT, seconds=15, count=2)
    assert (found.answerer, found.sign) == (Answerer.HUMAN, Sign.SHORT_GREETING)
    assert SAID_S + RULES.after_s <= found.after_s <= RULES.most_s
    assert len(call.ear.all(GreetingOver)) == 1
