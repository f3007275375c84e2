"""What the system says by itself, in four languages."""

from typing import get_args

import pytest

from callserver.config.sections import Speech
from callserver.speech.phrases import LANGUAGES, Phrase, everything, phrase, position


def test_the_languages_of_the_phrases_are_those_of_the_configuration() -> None:
    assert get_args(Speech.model_fields["language"].annotation) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_exists_and_is_a_sentence(language: str) -> None:
    words = everything(language)
    assert words.keys() >= {str(name) for name in Phrase}
    assert all(text.endswith((".", ":")) and text.strip() == text for text in words.values())
    assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_to_twenty_has_its_own_sentence_and_all_beyond_share_one(language: str) -> None:
    places = [position(place, language) for place in range(1, 21)]
    assert len(set(places)) == 20
    assert position(21, language) == position(400, language)
    assert position(21, language) not in places


@pytest.mark.parametrize(
    ("place", "language", "said"),
    [
        (1, "en", "You are next in the queue."),
        (3, "en", "You are number three in the queue."),
        (1, "ru", "Ваш звонок следующий в очереди."),
        (2, "ru", "Ваш звонок второй в очереди."),
        (11, "ru", "Ваш звонок одиннадцатый в очереди."),
        (3, "uk", "Ваш дзвінок третій у черзі."),
        (9, "uk", "Ваш дзвінок дев’ятий у черзі."),
        (4, "lv", "Jūsu zvans rindā ir ceturtais."),
        (20, "lv", "Jūsu zvans rindā ir divdesmitais."),
    ],
)
def test_places_are_said_as_people_say_them(place: int, language: str, said: str) -> None:
    assert position(place, language) == said


def test_no_language_borrowed_a_phrase_of_another() -> None:
    for name in Phrase:
        assert len({phrase(name, language) for language in LANGUAGES}) == len(LANGUAGES)
