"""What the system itself says, in every language it speaks.

The wording avoids what grammar makes hard: a call (звонок, дзвінок, zvans) has the place, not the
caller, so nobody's gender is guessed; places are ordinals and written out, so that every voice
reads them alike.
"""

from enum import StrEnum

LANGUAGES = ("en", "ru", "uk", "lv")

SPOKEN_POSITIONS = 20
"""Places up to this one are told exactly; beyond, the caller hears that it is more."""


class Phrase(StrEnum):
    """The phrases; the value is also the name of a recording that replaces one."""

    AGENTS_BUSY = "agents-busy"
    INVALID_KEY = "invalid-key"
    INVALID_INPUT = "invalid-input"
    SORRY = "sorry"
    GOODBYE = "goodbye"


_PHRASES = {
    Phrase.AGENTS_BUSY: {
        "en": "All our agents are busy at the moment. Please stay on the line.",
        "ru": "Сейчас все операторы заняты. Пожалуйста, оставайтесь на линии.",
        "uk": "Зараз усі оператори зайняті. Будь ласка, залишайтеся на лінії.",
        "lv": "Visi operatori šobrīd ir aizņemti. Lūdzu, uzgaidiet.",
    },
    Phrase.INVALID_KEY: {
        "en": "Sorry, that is not one of the choices.",
        "ru": "Извините, такого варианта нет.",
        "uk": "Вибачте, такого варіанта немає.",
        "lv": "Atvainojiet, šādas izvēles nav.",
    },
    Phrase.INVALID_INPUT: {
        "en": "Sorry, that does not seem to be right.",
        "ru": "Извините, похоже, в номере ошибка.",
        "uk": "Вибачте, схоже, у номері помилка.",
        "lv": "Atvainojiet, šķiet, ka ievadītais nav pareizs.",
    },
    Phrase.SORRY: {
        "en": "We are sorry, something went wrong. Please call again later. Goodbye.",
        "ru": "Извините, произошла ошибка. Пожалуйста, перезвоните позже. До свидания.",
        "uk": "Вибачте, сталася помилка. Будь ласка, зателефонуйте пізніше. До побачення.",
        "lv": "Atvainojiet, radās kļūda. Lūdzu, piezvaniet vēlāk. Uz redzēšanos.",
    },
    Phrase.GOODBYE: {
        "en": "Thank you for calling. Goodbye.",
        "ru": "Спасибо за звонок. До свидания.",
        "uk": "Дякуємо за дзвінок. До побачення.",
        "lv": "Paldies par zvanu. Uz redzēšanos.",
    },
}

_NEXT = {
    "en": "You are next in the queue.",
    "ru": "Ваш звонок следующий в очереди.",
    "uk": "Ваш дзвінок наступний у черзі.",
    "lv": "Jūsu zvans rindā ir nākamais.",
}

_PLACE = {
    "en": "You are number {place} in the queue.",
    "ru": "Ваш звонок {place} в очереди.",
    "uk": "Ваш дзвінок {place} у черзі.",
    "lv": "Jūsu zvans rindā ir {place}.",
}

_BEYOND = {
    "en": "There are at least twenty callers ahead of you. Thank you for your patience.",
    "ru": "Перед вами не менее двадцати звонков. Благодарим за терпение.",
    "uk": "Перед вами щонайменше двадцять дзвінків. Дякуємо за терпіння.",
    "lv": "Pirms jums rindā ir vismaz divdesmit zvanu. Paldies par pacietību.",
}

_PLACES = {
    language: places.split()
    for language, places in {
        "en": (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen twenty"
        ),
        "ru": (
            "первый второй третий четвёртый пятый шестой седьмой восьмой девятый десятый "
            "одиннадцатый двенадцатый тринадцатый четырнадцатый пятнадцатый шестнадцатый "
            "семнадцатый восемнадцатый девятнадцатый двадцатый"
        ),
        "uk": (
            "перший другий третій четвертий п’ятий шостий сьомий восьмий дев’ятий десятий "
            "одинадцятий дванадцятий тринадцятий чотирнадцятий п’ятнадцятий шістнадцятий "
            "сімнадцятий вісімнадцятий дев’ятнадцятий двадцятий"
        ),
        "lv": (
            "pirmais otrais trešais ceturtais piektais sestais septītais astotais devītais "
            "desmitais vienpadsmitais divpadsmitais trīspadsmitais četrpadsmitais piecpadsmitais "
            "sešpadsmitais septiņpadsmitais astoņpadsmitais deviņpadsmitais divdesmitais"
        ),
    }.items()
}


def phrase(name: Phrase, language: str) -> str:
    """The words of a phrase."""
    return _PHRASES[name][language]


def position(place: int, language: str) -> str:
    """The sentence for a place in the queue; 1 is the head."""
    if place <= 1:
        return _NEXT[language]
    if place > SPOKEN_POSITIONS:
        return _BEYOND[language]
    return _PLACE[language].format(place=_PLACES[language][place - 1])


def everything(language: str) -> dict[str, str]:
    """All that the system may say in a language: name of the recording that replaces it → words.
    Places are ``position-1`` … ``position-20`` and ``position-beyond``."""
    words = {str(name): texts[language] for name, texts in _PHRASES.items()}
    for place in range(1, SPOKEN_POSITIONS + 1):
        words[f"position-{place}"] = position(place, language)
    words["position-beyond"] = _BEYOND[language]
    return words
