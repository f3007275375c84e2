"""The stress of words: marked in the lexicon or in the text, moved in what the voice is told."""

import pytest

from callserver.speech import stress, vocabulary
from callserver.speech.phrases import LANGUAGES, everything
from callserver.speech.script import slug
from callserver.speech.voice import Voice

GUESSED = {"один": ["'o", "d", "I", "n"], "замок": ["z", "a", "m", "'o", "k"]}


def spoken(text: str, language: str = "uk") -> str:
    return stress.spoken(text, language, lambda word: GUESSED.get(word.lower(), []))


def test_word_of_the_lexicon_is_stressed_where_people_stress_it() -> None:
    assert spoken("Один, один!") == "[[od'In]], [[od'In]]!"


def test_mark_in_a_text_decides() -> None:
    assert spoken("за́мок і замо́к") == "[[z'amok]] і [[zam'ok]]"


def test_word_that_cannot_be_matched_is_left_to_the_voice_without_its_mark() -> None:
    assert spoken("незна́йомий") == "незнайомий"


def test_other_languages_are_left_alone_but_for_what_is_written_in_phonemes() -> None:
    assert spoken("один", "ru") == "один"
    assert spoken("сорок один", "ru") == "[[s'orVk]] один"
    assert spoken("one", "en") == "one"


def test_mark_of_stress_does_not_change_the_name_of_a_recording() -> None:
    assert slug("За́мок відчинено.") == "замок-відчинено"


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice()


def test_every_word_of_the_lexicon_is_used_and_can_be_stressed(voice: Voice) -> None:
    texts = [*vocabulary.pieces("uk").values(), *everything("uk").values()]
    used = {word.lower() for text in texts for word in stress.WORD.findall(text)}
    marked, _ = stress._lexicon("uk")
    voice.speak("так", "uk", 150)
    assert marked.keys() <= used
    for word in marked:
        assert stress.spoken(word, "uk", voice._phonemes).startswith("[["), word


def test_the_voice_says_a_word_differently_when_it_is_marked(voice: Voice) -> None:
    first, second = (voice.speak(word, "uk", 150) for word in ("за́мок", "замо́к"))
    assert first.size != second.size


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voices_speak_at_about_the_same_pace(voice: Voice, language: str) -> None:
    """In vowels a second: what a listener feels as speed."""
    texts = list(everything(language).values())[:25]
    vowels = sum(char in "аеёиоуыэюяіїєaeiouāēīūy" for text in texts for char in text.lower())
    seconds = sum(voice.speak(text, language, 150).size / 8000 for text in texts)
    assert 4.1 < vowels / seconds < 5.7
