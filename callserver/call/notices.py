"""What a waiting caller hears of a notice: place and estimated wait, a message, a callback."""

from collections.abc import Collection

from callserver import log
from callserver.model.errors import PromptError
from callserver.model.flow import Spoken
from callserver.model.overflow import Notice, Wait
from callserver.model.ports import Prompts
from callserver.speech.phrases import Phrase, phrase

MINUTE_S = 60.0
CALLBACK_KEY = "1"
"""The key that the offer of a callback names."""

_log = log.get("call")


def sound(
    notice: Notice, prompts: Prompts, language: str, exits: Collection[str], *, first: bool
) -> tuple[str, ...]:
    """Files to be played, none when nothing of it can be said. ``first``: they have been told
    nothing yet. A callback is offered only where its key is among the ``exits`` of the queue."""
    files: list[str] = []
    if notice.position is not None:
        if first:
            files.append(prompts.say(language, phrase(Phrase.AGENTS_BUSY, language)))
        files += prompts.position(language, notice.position)
        if notice.wait is not None:
            files += _range(notice.wait, prompts, language)
    if notice.message:
        try:
            files.append(prompts.say(language, notice.message))
        except PromptError as error:
            _log.warning("message_not_prepared", error=str(error))
    if notice.callback and CALLBACK_KEY in exits:
        files.append(prompts.say(language, phrase(Phrase.CALLBACK_OFFER, language)))
    return tuple(files)


def _range(wait: Wait, prompts: Prompts, language: str) -> tuple[str, ...]:
    minutes = f"{wait.low / MINUTE_S:.2f}-{wait.high / MINUTE_S:.2f}"
    lead = prompts.say(language, phrase(Phrase.WAIT_ESTIMATE, language))
    return (lead, *prompts.spoken(language, Spoken.RANGE, minutes, ""))
