"""The script: every line that may be spoken, with the name of the recording that replaces it.

It is what the prompt library makes ready, and what a voice talent is asked to read.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from callserver.config import Config
from callserver.config.speech import noun_parts
from callserver.speech import phrases, vocabulary
from callserver.speech.numbers import CATEGORIES
from callserver.speech.stress import plain
from callserver.speech.words import Noun, words

SLUG_LENGTH = 48

PIECE_EDGE_S = 0.03
"""Silence at the ends of a piece: pieces follow one another within a sentence."""
SENTENCE_EDGE_S = 0.1

_FOLLOWED = re.compile(
    r"..:(minus|plus|and|weekday-\d|year-\d+00s|wait-from-\d+|ordinal-\d+-[gl]|time-(at|oh))"
    r"|en:month-\d+"
)
"""Pieces that something always follows."""


class Use(StrEnum):
    """What a line is for."""

    SYSTEM = "system"  # said by the server itself
    VALUES = "values"  # a piece of numbers, dates, money …
    QUEUES = "queues"  # the title of a queue, for agents, and what those who wait are told
    FLOWS = "flows"  # a text of a flow


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``name`` is the file name of its recording, without ``.wav``."""

    language: str
    name: str
    text: str
    use: Use
    edge_s: float = SENTENCE_EDGE_S
    goes_on: bool = False
    """Something follows in the same sentence: the voice stays up."""

    def recording(self, folder: Path) -> Path:
        """Where its recording lies in ``speech.prompts_dir``."""
        return folder / self.language / f"{self.name}.wav"


def slug(text: str) -> str:
    """The file name that replaces a text: small letters and digits, everything else a dash:
    ``Thank you. Goodbye.`` → ``thank-you-goodbye``. A longer one than 48 characters ends with six
    of a hash, so that texts which begin alike have names of their own."""
    whole = re.sub(r"[\W_]+", "-", plain(text).lower()).strip("-")
    if len(whole) <= SLUG_LENGTH:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:6]
    return f"{whole[: SLUG_LENGTH - len(mark) - 1].rstrip('-')}-{mark}"


def languages(config: Config) -> tuple[str, ...]:
    """Those of the lines."""
    default = config.speech.language
    return tuple(sorted({default, *(line.language or default for line in config.lines.values())}))


def script(config: Config, texts: Iterable[tuple[str, str]]) -> Iterator[Line]:
    """All lines: of every language of the telephone lines and of ``texts``, the (language, text)
    of flows. A text that is there twice keeps its first name."""
    texts = list(texts)
    for language in sorted({*languages(config), *(language for language, _ in texts)}):
        own = nouns(config, language)
        for name, text in phrases.everything(language).items():
            yield Line(language, name, text, Use.SYSTEM)
        for name, text in vocabulary.pieces(language, own).items():
            followed = _FOLLOWED.fullmatch(f"{language}:{name}") is not None
            yield Line(language, name, text, Use.VALUES, PIECE_EDGE_S, followed)
        for name, queue in config.queues.items():
            yield Line(language, f"queue-{slug(name)}", queue.title or name, Use.QUEUES)
            for number, message in enumerate(queue.messages, start=1):
                yield Line(language, f"queue-{slug(name)}-{number}", message, Use.QUEUES)
            if queue.callback.machine_text:
                text = queue.callback.machine_text
                yield Line(language, f"queue-{slug(name)}-machine", text, Use.QUEUES)
    for language, text in texts:
        yield Line(language, slug(text), text, Use.FLOWS)


def nouns(config: Config, language: str) -> Mapping[str, Noun]:
    """The nouns of the house (``speech.nouns``) in a language."""
    categories = CATEGORIES[words(language).plural]
    own: dict[str, Noun] = {}
    for name, written in config.speech.nouns.items():
        if language in written:
            gender, *forms = noun_parts(language, written[language])
            forms += forms[-1:] * (len(categories) - len(forms))
            own[name] = Noun(gender=gender, **dict(zip(categories, forms, strict=True)))
    return own
