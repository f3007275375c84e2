"""What the steps that ask have in common: the sorry before the question, and the last words."""

from callserver.ivr.nodes.hangup import ENDINGS
from callserver.ivr.text import Text
from callserver.model.control import CallControl
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase, phrase


def system(call: CallControl, prompts: Prompts, words: Phrase) -> tuple[str, ...]:
    """The system's own words, in the language of the call."""
    return (prompts.say(call.language, phrase(words, call.language)),)


def sorry(call: CallControl, prompts: Prompts, own: Text | None, words: Phrase) -> tuple[str, ...]:
    """The answer to a wrong input: the flow's own, or the system's."""
    return system(call, prompts, words) if own is None else own.files(call, prompts)


async def give_up(
    call: CallControl, prompts: Prompts, opening: tuple[str, ...], otherwise: str | None
) -> str:
    """After the last try: answer it, and go on where the flow says; if it says nothing, goodbye."""
    if otherwise is None:
        files = (*opening, *system(call, prompts, Phrase.GOODBYE))
        await call.play(files, barge_in=False)
        await call.hang_up(ENDINGS["no_input"])
    if opening:
        await call.play(opening, barge_in=False)
    return otherwise
