"""The worker listens to who answers, over real sound."""

from dataclasses import replace

import numpy as np

from callserver.model.answering import Answerer, Cadence, Sign
from callserver.model.call import Leg
from callserver.model.events import AnswerJudged, GreetingOver, LegEnded
from callserver.testing import tones, wav
from tests.media.rig import Rig, dial

# More patient than a call centre: where all tests run at once, sound comes in fits and starts.
RULES = Cadence(silence_s=8.0, greeting_s=2.5, words=7, after_s=1.5, most_s=12.0, to_the_end=True)
SAID_S = 0.6


async def test_machine_is_told_from_a_human_and_heard_to_its_end(rig: Rig) -> None:
    machine, human = await rig.phone("machine"), await rig.phone("human")
    long, short = rig.folder / "long.wav", rig.folder / "short.wav"
    beep = tones.tone(1000, seconds=0.5)
    listens = tones.silence(120.0)  # a phone whose file has come to its end may die of it
    wav.write(long, np.concatenate([tones.babble(4.0), tones.silence(0.5), beep, listens]))
    wav.write(short, np.concatenate([tones.babble(SAID_S), listens]))
    call = await rig.take()
    call.do(replace(dial(machine.uri), judge=RULES))
    answers = await machine.incoming()
    await answers.play(long)
    await answers.answer()
    found = await call.ear.hear(AnswerJudged, Leg.AGENT, seconds=15)
    assert (found.answerer, found.sign) == (Answerer.MACHINE, Sign.LONG_GREETING)
    assert RULES.greeting_s <= found.after_s <= RULES.most_s
    over = await call.ear.hear(GreetingOver, Leg.AGENT, seconds=15)
    assert over.beeped
    await answers.hang_up()
    await call.ear.hear(LegEnded, Leg.AGENT)

    call.do(replace(dial(human.uri), judge=RULES))
    says = await human.incoming()
    await says.play(short)
    await says.answer()
    found = await call.ear.hear(AnswerJudged, Leg.AGENT, seconds=15, count=2)
    assert (found.answerer, found.sign) == (Answerer.HUMAN, Sign.SHORT_GREETING)
    assert SAID_S + RULES.after_s <= found.after_s <= RULES.most_s
    assert len(call.ear.all(GreetingOver)) == 1
