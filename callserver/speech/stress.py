"""Where the stress of a word lies: the built-in voice guesses, in Ukrainian often wrongly. Moves
it to the vowel that is marked, in ``stress.yaml`` or in the text itself (pure)."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

import yaml

ACUTE = "\N{COMBINING ACUTE ACCENT}"

WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|['’ʼ]|{ACUTE})*")
_VOWELS = "аеєиіїоуюяыэёaāeēiīoōuūy"
_STRESS = "'"
_SOUNDED = re.compile(r"[',]*[aeiouyAEIOUYV@3&]")


def plain(text: str) -> str:
    """The text without marks of stress."""
    return text.replace(ACUTE, "")


def spoken(text: str, language: str, phonemes: Callable[[str], Sequence[str]]) -> str:
    """The text with its marked words as ``[[phonemes]]``; ``phonemes`` gives those of a word, as
    the synthesiser would say it. A word that cannot be matched stays as it is."""
    marked, written = _lexicon(language)

    def word(found: re.Match[str]) -> str:
        bare = plain(found.group())
        key = bare.lower()
        if key in written:
            return f"[[{written[key]}]]"
        stressed = found.group().lower() if ACUTE in found.group() else marked.get(key, "")
        vowel = _vowel(stressed)
        moved = _moved(phonemes(bare), vowel) if vowel is not None else ""
        return f"[[{moved}]]" if moved else bare

    return WORD.sub(word, text)


def _vowel(word: str) -> int | None:
    """Which of its vowels, from 0, is marked; None: none is."""
    before, mark, _ = word.partition(ACUTE)
    return sum(char in _VOWELS for char in before) - 1 if mark else None


def _moved(phonemes: Sequence[str], vowel: int) -> str:
    """The phonemes with the stress on a vowel; empty when there are not so many."""
    bare = [phoneme.replace(_STRESS, "") for phoneme in phonemes]
    at = [index for index, phoneme in enumerate(bare) if _SOUNDED.match(phoneme)]
    if not 0 <= vowel < len(at):
        return ""
    bare[at[vowel]] = _STRESS + bare[at[vowel]]
    return "".join(bare)


@cache
def _lexicon(language: str) -> tuple[dict[str, str], dict[str, str]]:
    text = resources.files(__package__).joinpath("stress.yaml").read_text(encoding="utf-8")
    own = yaml.safe_load(text).get(language, {})
    marked = {plain(word): word for word in own.get("stressed", "").split()}
    return marked, own.get("phonemes", {})
