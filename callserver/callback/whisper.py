"""What an agent hears who is about to call somebody back: that it is a callback, of which queue,
and the name, if there was the time to make it. Number and name stand on the phone's display."""

from callserver import log
from callserver.call.call import Call
from callserver.model.errors import PromptError
from callserver.speech.phrases import Phrase, phrase

_log = log.get("callback")


def whisper(call: Call) -> tuple[str, ...]:
    """Files for the agent; none when they were not prepared."""
    house = call.house
    prompts, language = house.prompts, house.config.speech.language
    queue = house.config.queues.get(call.queue or "")
    title = (queue.title if queue is not None else "") or call.queue or ""
    try:
        first = prompts.say(language, phrase(Phrase.WHISPER_CALLBACK, language))
        name = prompts.name(language, call.arrival.name)
        return (first, prompts.say(language, title), *([] if name is None else [name]))
    except PromptError as error:
        _log.warning("whisper_not_prepared", call=call.id, error=str(error))
        return ()
