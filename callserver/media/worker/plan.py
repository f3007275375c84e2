"""Who hears what, now: from the state of the legs to the connections of the bridge."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callserver.model.call import Leg

Port = tuple[str, Leg]
Edges = frozenset[tuple[Leg, Leg]]
"""Who hears whom: pairs of a speaker and a listener."""


@dataclass(frozen=True, slots=True)
class LegSound:
    """One leg with a place in the bridge. ``held``: its far end put us on hold, so it hears
    nothing from us. ``music``, ``prompts``: it has some."""

    held: bool = False
    music: bool = False
    prompts: bool = False


def plan(
    legs: Mapping[Leg, LegSound],
    edges: Edges,
    tracks: Collection[Leg],
    silence: str,
    *,
    muted: bool = False,
) -> set[tuple[str | Port, str | Port]]:
    """The connections (source, sink) that should exist.

    A leg hears its prompts; else the legs it shall hear; else, or while all of them hold, its
    music. A source that nobody hears stands still, so music and prompts go on where they stopped.
    Everything that is written to also hears ``silence``, which keeps its clock; a track goes on
    when its leg is gone. ``muted``: nothing but silence gets on the tracks.
    """
    wanted: set[tuple[str | Port, str | Port]] = {(silence, ("track", leg)) for leg in tracks}
    for leg, sound in legs.items():
        here = ("leg", leg)
        wanted.add((silence, here))
        track = track_of(leg, edges)
        if track is not None and track in tracks and not muted:
            wanted.add((here, ("track", track)))
        if sound.held:
            continue
        speaking = [
            other for other, state in legs.items() if (other, leg) in edges and not state.held
        ]
        if sound.prompts:
            wanted.add((("prompts", leg), here))
        elif speaking:
            wanted |= {(("leg", other), here) for other in speaking}
        elif sound.music:
            wanted.add((("music", leg), here))
    return wanted


def track_of(leg: Leg, edges: Edges) -> Leg | None:
    """Whose track a leg is written to. The customer has one, our side has the other: the agent,
    and a third party who was asked or taken over. A supervisor is on it only when the customer
    hears them too: what is whispered to an agent is between the two."""
    if leg is Leg.CUSTOMER:
        return Leg.CUSTOMER
    if leg is Leg.SUPERVISOR and (leg, Leg.CUSTOMER) not in edges:
        return None
    return Leg.AGENT


def both_ways(first: Leg, second: Leg) -> Edges:
    """Two who hear each other."""
    return frozenset({(first, second), (second, first)})


def without(edges: Edges, leg: Leg) -> Edges:
    """Who hears whom when a leg is gone."""
    return frozenset(edge for edge in edges if leg not in edge)


def left_alone(edges: Edges, gone: Leg) -> frozenset[Leg]:
    """Those who heard a leg that is gone, and hear nobody now."""
    listeners = {listener for speaker, listener in edges if speaker is gone}
    return frozenset(listeners - {listener for _, listener in without(edges, gone)})
