"""Run as a program by the check of the voices: says a word in each language and names them."""

from callserver.speech.voice import VOICES, Voice

_WORDS_PER_MINUTE = 150


def main() -> None:
    """Speak; ends with a traceback when a voice is missing."""
    voice = Voice()
    for language in VOICES:
        voice.speak("1", language, _WORDS_PER_MINUTE)
    print(", ".join(VOICES))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main()
