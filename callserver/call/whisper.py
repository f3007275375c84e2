"""What an agent hears before the caller is connected: which queue, how long they have waited, and
their name, if there was the time to make it."""

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
        if (said := prompts.name(language, call.arrival.name)) is not None:
            files.append(said)
    except PromptError as error:
        _log.warning("whisper_not_prepared", call=call.id, error=str(error))
        return ()
    return tuple(files)


async def learn_name(call: Call, queue: str) -> None:
    """While they wait: have the caller's name ready for who will talk with them."""
    house = call.house
    config = house.config.queues.get(queue)
    if config is not None and config.whisper and call.arrival.name:
        await house.prompts.learn_name(house.config.speech.language, call.arrival.name)


def _rounded(seconds: float) -> int:
    """Whole minutes from one on, tens of seconds before."""
    if seconds >= MINUTE_S:
        return round(seconds / MINUTE_S) * MINUTE_S
    return round(seconds / 10) * 10
