"""What an agent hears before the caller is connected: which queue, and how long they have waited.

The caller's name stands on the phone's display; spoken it could only be what was prepared.
"""

from callserver import log
from callserver.call.call import Call
from callserver.model.errors import PromptError
from callserver.model.flow import Spoken
from callserver.speech.phrases import Phrase, phrase

MINUTE_S = 60
SHORTEST_S = 10.0  # shorter waits are not worth a word

_log = log.get("call")


def whisper(call: Call) -> tuple[str, ...]:
    """Files for the agent; none when the queue does not whisper."""
    house, name = call.house, call.queue or ""
    queue = house.config.queues.get(name)
    if queue is None or not queue.whisper:
        return ()
    prompts, language = house.prompts, house.config.speech.language
    try:
        files = [prompts.say(language, queue.title or name)]
        waited_s = call.now() - (call.entered_at or call.now())
        if waited_s >= SHORTEST_S:
            files.append(prompts.say(language, phrase(Phrase.WHISPER_WAITED, language)))
            files += prompts.spoken(language, Spoken.DURATION, _rounded(waited_s), "")
    except PromptError as error:
        _log.warning("whisper_not_prepared", call=call.id, error=str(error))
        return ()
    return tuple(files)


def _rounded(seconds: float) -> int:
    """Whole minutes from one on, tens of seconds before."""
    if seconds >= MINUTE_S:
        return round(seconds / MINUTE_S) * MINUTE_S
    return round(seconds / 10) * 10
