"""Human or machine by cadence alone, and what a beep is."""

from array import array
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.media.worker.beep import BeepWatch, pitch
from callserver.media.worker.cadence import FRAME_S, CadenceWatch, Judgement
from callserver.media.worker.hearing import FRAME_BYTES, Hearing
from callserver.model.answering import Answerer, Cadence, Sign
from callserver.testing import tones

RULES = Cadence(silence_s=3.5, greeting_s=2.5, words=7, after_s=1.1, most_s=5.0)


def heard(story: str, rules: Cadence = RULES) -> CadenceWatch:
    """``0.4 _1.2 0.5 b0.3``: seconds of voice, of silence (_) and of a beep (b)."""
    watch = CadenceWatch(rules)
    for part in story.split():
        voice, beep = part[0].isdigit(), part[0] == "b"
        for _ in range(round(float(part.lstrip("_b")) / FRAME_S)):
            watch.hear(voice=voice, beep=beep)
    return watch


@pytest.mark.parametrize(
    ("story", "answerer", "sign", "after_s"),
    [
        ("_0.4 0.5 _1.1", Answerer.HUMAN, Sign.SHORT_GREETING, 2.0),
        ("0.3 _0.5 0.4 _1.1", Answerer.HUMAN, Sign.SHORT_GREETING, 2.3),
        ("_1.0 2.4 _1.1", Answerer.HUMAN, Sign.SHORT_GREETING, 4.5),
        ("_0.4 2.6", Answerer.MACHINE, Sign.LONG_GREETING, 2.9),
        ("_0.2 1.0 _0.6 0.8 _0.5 0.2", Answerer.MACHINE, Sign.LONG_GREETING, 3.16),
        ("0.1 _0.12 " * 8, Answerer.MACHINE, Sign.MANY_WORDS, 1.6),
        ("_0.4 0.8 _0.3 b0.1", Answerer.MACHINE, Sign.BEEP, 1.52),
        ("_3.5", Answerer.UNSURE, Sign.SILENCE, 3.5),
        ("_0.5 0.04 _0.5 0.04 _2.5", Answerer.UNSURE, Sign.SILENCE, 3.5),  # clicks
        ("_3.2 1.0 _0.9 0.3", Answerer.UNSURE, Sign.TIME_UP, 5.0),
        ("_0.4 1.0 _1.0 0.2 _1.0 0.2", Answerer.MACHINE, Sign.LONG_GREETING, 3.66),
    ],
)
def test_greetings_and_whose_they_are(
    story: str, answerer: Answerer, sign: Sign, after_s: float
) -> None:
    found = heard(story).judgement
    assert found is not None
    assert (found.answerer, found.sign) == (answerer, sign)
    assert found.after_s == pytest.approx(after_s, abs=0.03)


@pytest.mark.parametrize("story", ["_3.4", "_0.4 2.4 _1.0", "_0.4 0.5 _1.0", "0.3 _0.7 0.5 _0.9"])
def test_while_it_may_still_be_either_nothing_is_said(story: str) -> None:
    assert heard(story).judgement is None


@pytest.mark.parametrize(
    ("story", "beeped", "over"),
    [
        ("3.0 _0.4 b0.3", False, False),
        ("3.0 _0.4 b0.3 _0.04", True, True),
        ("3.0 _1.9 2.0 _0.5", False, False),
        ("3.0 _2.0", False, True),
        ("0.3 _0.2 b0.3 _0.04", True, True),
        ("50.0", False, True),
    ],
)
def test_machine_is_heard_to_the_end_if_that_is_wanted(
    story: str, beeped: bool, over: bool
) -> None:
    rules = Cadence(3.5, 2.5, 7, 1.1, 5.0, to_the_end=True)
    watch = heard(story, rules)
    assert watch.judgement is not None
    assert (watch.beeped, watch.over) == (beeped, over)
    assert heard("0.5 _1.1", rules).over, "a human is not"
    assert heard("3.0").over, "nor is a machine of whom nothing more is wanted"


FLAGS = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=40)


@given(FLAGS)
def test_whatever_is_heard_there_is_one_verdict_in_time_and_it_stays(
    runs: list[tuple[bool, int]],
) -> None:
    watch, found = CadenceWatch(RULES), list[Judgement]()
    for voice, frames in runs:
        for _ in range(frames):
            watch.hear(voice=voice)
            if watch.judgement is not None:
                found.append(watch.judgement)
    assert len(set(found)) <= 1
    assert bool(found) or watch.heard_s < RULES.most_s
    for one in found[:1]:
        assert one.after_s <= RULES.most_s + FRAME_S / 2
        voiced = sum(frames for voice, frames in runs if voice) * FRAME_S
        if one.sign is Sign.LONG_GREETING:
            assert len(runs) > 1 or voiced >= RULES.greeting_s
        if one.sign is Sign.SILENCE:
            assert one.answerer is Answerer.UNSURE


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_somebody_nearer_begins_a_greeting_of_their_own(before: list[bool]) -> None:
    watch = CadenceWatch(Cadence(60, 60, 1000, 60, 60))
    for voice in before:
        watch.hear(voice=voice)
    watch.begin_again()
    again = CadenceWatch(Cadence(60, 60, 1000, 60, 60))
    for voice in (True, True, True, False, False):
        watch.hear(voice=voice)
        again.hear(voice=voice)
    assert watch._words == again._words == 1


def frames(sound: tones.Samples) -> list["array[int]"]:
    data = sound.astype("<i2").tobytes()
    cut = range(0, len(data) - FRAME_BYTES + 1, FRAME_BYTES)
    return [array("h", data[at : at + FRAME_BYTES]) for at in cut]


def beeps(sound: tones.Samples) -> list[bool]:
    """Each stretch of beep or none, in order."""
    watch = BeepWatch()
    told = [watch.hear(one, sum(map(abs, one))) for one in frames(sound)]
    return [beep for beep, _ in groupby(told)]


@pytest.mark.parametrize(
    ("hz", "noise_db"),
    [(400, None), (440, None), (440, -40), (1000, -30), (1400, -30), (2100, -30)],
)
def test_tone_is_a_beep_also_in_noise(hz: int, noise_db: int | None) -> None:
    sound = tones.tone(hz, seconds=0.4, level=-18)
    if noise_db is not None:
        sound = tones.mix(sound, tones.noise(0.4, level=noise_db))
    assert pitch(frames(sound)[3]) == pytest.approx(hz, rel=0.02 if noise_db is None else 0.1)
    assert beeps(np.concatenate([tones.silence(0.2), sound, tones.silence(0.2)])) == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "sound",
    [
        tones.tone(1000, seconds=0.14),
        tones.tone(200, seconds=0.5),
        tones.tone(3000, seconds=0.5),
        tones.noise(1.0),
        tones.silence(1.0),
        np.concatenate([tones.tone(hz, seconds=0.1) for hz in (500, 700, 900, 1100)]),
    ],
)
def test_what_is_no_beep(sound: tones.Samples) -> None:
    assert beeps(sound) == [False]


@given(st.binary(max_size=700))
def test_no_sound_of_any_length_does_harm(sound: bytes) -> None:
    hearing = Hearing(RULES)
    for at in range(0, len(sound), FRAME_BYTES):
        hearing.hear(sound[at : at + FRAME_BYTES])
    hearing.hear(b"")
    assert hearing.cadence.judgement is None
