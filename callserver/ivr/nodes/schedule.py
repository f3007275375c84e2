"""Choosing a time to be called in: part of the step ``callback``."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from callserver.ivr.nodes.asking import system
from callserver.model.callback import Window
from callserver.model.control import CallControl
from callserver.model.flow import Spoken
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase, press

KEY_S = 7.0
TRIES = 3


def _a_part_of_the_day(hours: int) -> int:
    if hours not in (1, 2, 3, 4, 6):
        raise ValueError("must be 1, 2, 3, 4 or 6 hours")
    return hours


Hours = Annotated[
    int, AfterValidator(_a_part_of_the_day), WithJsonSchema({"enum": [1, 2, 3, 4, 6]})
]


class Schedule(BaseModel):
    """Which times are offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: Hours = Field(2, description="How long each is: 1, 2, 3, 4 or 6 hours.")
    days: int = Field(1, ge=0, le=14, description="Days after today on which there are some.")
    most: int = Field(4, ge=1, le=8, description="How many are offered at most.")


async def choose(
    call: CallControl, prompts: Prompts, offered: Sequence[Window]
) -> tuple[Window | None, bool]:
    """The time that the caller has chosen and confirmed (None: as soon as possible, which is all
    there is when no time is ``offered``), and whether they still want it."""
    if not offered:
        return None, True
    by_key = {"1": None, **{str(key): one for key, one in enumerate(offered, start=2)}}
    question = _question(call, prompts, offered)
    for _ in range(TRIES):
        await call.play(question, barge_in=True)
        key = await call.digit(KEY_S)
        if key not in by_key:
            call.missed()
            if key is not None:
                await call.play(system(call, prompts, Phrase.INVALID_KEY), barge_in=True)
            continue
        match await _review(call, prompts, by_key[key]):
            case "1":
                return by_key[key], True
            case "3":
                return None, False
    return None, False


def _question(call: CallControl, prompts: Prompts, offered: Sequence[Window]) -> tuple[str, ...]:
    files = [
        *system(call, prompts, Phrase.CALLBACK_WHEN),
        *system(call, prompts, Phrase.CALLBACK_SOON),
        prompts.say(call.language, press(1, call.language)),
    ]
    for key, one in enumerate(offered, start=2):
        files += prompts.spoken(call.language, Spoken.WINDOW, one.spoken, "")
        files.append(prompts.say(call.language, press(key, call.language)))
    return tuple(files)


async def _review(call: CallControl, prompts: Prompts, chosen: Window | None) -> str | None:
    if chosen is None:
        when = system(call, prompts, Phrase.CALLBACK_SOON)
    else:
        when = prompts.spoken(call.language, Spoken.WINDOW, chosen.spoken, "")
    files = (
        *system(call, prompts, Phrase.CALLBACK_AT),
        *when,
        *system(call, prompts, Phrase.CALLBACK_TIME_REVIEW),
    )
    await call.play(files, barge_in=True)
    return await call.digit(KEY_S)
