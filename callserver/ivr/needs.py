"""What a flow needs of the world around it, and what that world has (pure)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callserver.ivr.words import hint
from callserver.speech.words import Noun


class Needed(StrEnum):
    """Kinds of things that exist outside a flow."""

    QUEUE = "queue"
    RECORDING = "recording"
    FLOW = "flow"
    FUNCTION = "function"
    HOURS = "hours"
    DESTINATION = "destination"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Need:
    """A thing by its name."""

    kind: Needed
    name: str


Nouns = Callable[[str], Mapping[str, Noun]]
"""What the house counts with, in a language."""


def no_nouns(_language: str) -> Mapping[str, Noun]:
    return {}


@dataclass(frozen=True, slots=True)
class World:
    """What there is. None: not known, so not judged. ``languages`` are those a flow must speak,
    ``recorded(language, name)`` says which recorded prompts there are, ``functions`` are those of
    installed plug-ins, ``nouns(language)`` those of the house, ``hours``, ``destinations`` and
    ``places`` those of the configuration."""

    queues: Collection[str] | None = None
    languages: Collection[str] = ()
    recorded: Callable[[str, str], bool] | None = None
    flows: Collection[str] | None = None
    functions: Collection[str] | None = None
    hours: Collection[str] | None = None
    destinations: Collection[str] | None = None
    places: Collection[str] | None = None
    nouns: Nouns | None = None

    def missing(self, need: Need, languages: Collection[str]) -> Iterator[str]:
        """What to tell about a need that is not met."""
        name = need.name
        match need.kind:
            case Needed.QUEUE if self.queues is not None and name not in self.queues:
                near = hint(name, sorted(self.queues)) or "; add it to config/queues.yaml"
                yield f"no queue `{name}`{near}"
            case Needed.RECORDING if self.recorded is not None:
                for language in sorted(languages):
                    if not self.recorded(language, name):
                        yield (
                            f"no recorded prompt `{name}`; put {language}/{name}.wav into "
                            "speech.prompts_dir, or use `say`"
                        )
            case Needed.FLOW if self.flows is not None and name not in self.flows:
                near = hint(name, sorted(self.flows))
                yield f"no flow `{name}`{near}"
            case Needed.FUNCTION if self.functions is not None and name not in self.functions:
                near = hint(name, sorted(self.functions)) or "; install the plug-in that has it"
                yield f"no function `{name}`{near}"
            case Needed.HOURS if self.hours is not None and name not in self.hours:
                near = hint(name, sorted(self.hours)) or "; add them to config/hours.yaml"
                yield f"no hours `{name}`{near}"
            case Needed.DESTINATION if (
                self.destinations is not None and name not in self.destinations
            ):
                near = hint(name, sorted(self.destinations))
                near = near or "; add it to config/destinations.yaml"
                yield f"no destination `{name}`{near}"
            case Needed.PLACE if self.places is not None and name not in self.places:
                near = hint(name, sorted(self.places)) or "; add it to config/places.yaml"
                yield f"no place `{name}`{near}"
            case _:
                pass
