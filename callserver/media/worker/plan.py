"""Who hears what, now: from the state of the legs to the connections of the bridge."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import permutations

from callserver.model.call import Leg

Port = tuple[str, Leg]


@dataclass(frozen=True, slots=True)
class LegSound:
    """One leg with a place in the bridge. ``held``: its far end put us on hold, so it hears
    nothing from us. ``music``, ``prompts``: it has some."""

    held: bool = False
    music: bool = False
    prompts: bool = False


def plan(
    legs: Mapping[Leg, LegSound],
    pairs: frozenset[frozenset[Leg]],
    tracks: Collection[Leg],
    silence: str,
) -> set[tuple[str | Port, str | Port]]:
    """The connections (source, sink) that should exist.

    A leg hears its prompts; else the legs it is bridged with; else, or while all of them hold, its
    music. A source that nobody hears stands still, so music and prompts go on where they stopped.
    Everything that is written to also hears ``silence``, which keeps its clock; a track goes on
    when its leg is gone.
    """
    wanted: set[tuple[str | Port, str | Port]] = {(silence, ("track", leg)) for leg in tracks}
    for leg, sound in legs.items():
        here = ("leg", leg)
        wanted.add((silence, here))
        if leg in tracks:
            wanted.add((here, ("track", leg)))
        if sound.held:
            continue
        speaking = [
            other
            for other, state in legs.items()
            if frozenset((leg, other)) in pairs and not state.held
        ]
        if sound.prompts:
            wanted.add((("prompts", leg), here))
        elif speaking:
            wanted |= {(("leg", other), here) for other in speaking}
        elif sound.music:
            wanted.add((("music", leg), here))
    return wanted


def without(pairs: frozenset[frozenset[Leg]], leg: Leg) -> frozenset[frozenset[Leg]]:
    """The bridged pairs when a leg is gone."""
    return frozenset(pair for pair in pairs if leg not in pair)


def partners(pairs: frozenset[frozenset[Leg]], leg: Leg) -> tuple[Leg, ...]:
    """The legs that one is bridged with."""
    return tuple(b for pair in pairs for a, b in permutations(pair, 2) if a == leg)
