"""Options of prompts, voices and music."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from callserver.config.section import Section

Language = Literal["en", "ru", "uk", "lv"]

_FORMS: Mapping[str, tuple[int, ...]] = {"en": (2,), "ru": (3,), "uk": (3,), "lv": (2, 3)}


class Speech(Section):
    """Spoken prompts and music."""

    language: Language = Field(
        "en", description="Language of what the system itself says, unless a line says otherwise."
    )
    words_per_minute: int = Field(150, ge=80, le=300, description="Speed of the synthesised voice.")
    prompts_dir: Path | None = Field(
        None,
        description="Folder LANGUAGE/NAME.wav with recorded prompts; they win over everything. "
        "`callserver flow prompts` lists the names.",
    )
    voice_pack: Path | None = Field(
        None,
        description="Folder LANGUAGE/… with standard IVR sounds in Asterisk's layout "
        "(`en/digits/1`, `en/vm-goodbye`; wav, ulaw, alaw, gsm, sln, g722). What it lacks is "
        "synthesised.",
    )
    piper: dict[Language, Path] = Field(
        default_factory=dict,
        description="Neural voices: language → Piper model (`en: voices/en_US-joe-medium.onnx`, "
        "its .json beside it). Needs `pip install callserver[piper]`; the first start is slow.",
    )
    nouns: dict[str, dict[Language, str]] = Field(
        default_factory=dict,
        description="What flows count with `count:NAME`, beside minute, call, day …: `ticket: {en: "
        "ticket|tickets, ru: f|заявка|заявки|заявок}`. The gender (m, f, n; not in English), then "
        "the forms after 1, 2 and 10.",
    )

    @field_validator("nouns")
    @classmethod
    def _forms(cls, nouns: dict[str, dict[Language, str]]) -> dict[str, dict[Language, str]]:
        for name, languages in nouns.items():
            for language, written in languages.items():
                gender, *forms = noun_parts(language, written)
                genders = ("m", "f") if language == "lv" else ("m", "f", "n")
                if gender not in genders or len(forms) not in _FORMS[language] or not all(forms):
                    example = "ticket|tickets" if language == "en" else "f|form|forms|forms"
                    raise ValueError(
                        f"{name}.{language}: write the gender ({', '.join(genders)}; not in "
                        f"English) and the forms after 1, 2 and 10, as `{example}`"
                    )
        return nouns


def noun_parts(language: str, written: str) -> tuple[str, ...]:
    """Gender and forms of a noun as it is written in the configuration."""
    parts = tuple(part.strip() for part in written.split("|"))
    return ("m", *parts) if language == "en" else parts
