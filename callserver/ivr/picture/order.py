"""Who stands in which row, and in what order: the first half of a layered drawing.

Sugiyama, Tagawa and Toda 1981: arrows that close a ring are turned round, every box goes one row
below the lowest that leads to it, arrows that pass rows get a point in each, and points change
places until few arrows cross. Boxes have the even rows, labels the odd ones: so nothing overlaps.
"""

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Vertex = Hashable
Edge = tuple[Vertex, Vertex]

SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Layers:
    """``rows`` from the top, each from the left. ``chains`` holds, for each edge, the points from
    the upper to the lower end; ``upward`` the edges that were turned round."""

    rows: tuple[tuple[Vertex, ...], ...]
    row_of: Mapping[Vertex, int]
    chains: Mapping[Edge, tuple[Vertex, ...]]
    upward: frozenset[Edge]


def layers(start: Vertex, edges: Sequence[Edge]) -> Layers:
    """Layers of what can be reached from ``start``. No edge twice, none from a box to itself."""
    out: dict[Vertex, list[Vertex]] = {}
    for source, target in edges:
        out.setdefault(source, []).append(target)
    met, finished, upward = _walk(start, out)
    down = [(b, a) if (a, b) in upward else (a, b) for a, b in edges if a in met]
    rank = _ranks(finished, down)
    rows: list[list[Vertex]] = [[] for _ in range(2 * max(rank.values()) + 1)]
    for vertex in met:
        rows[2 * rank[vertex]].append(vertex)
    chains: dict[Edge, tuple[Vertex, ...]] = {}
    for edge in edges:
        if edge[0] not in rank:
            continue
        upper, lower = edge[::-1] if edge in upward else edge
        between = [(edge, row) for row in range(2 * rank[upper] + 1, 2 * rank[lower])]
        for point in between:
            rows[point[1]].append(point)
        chains[edge] = (upper, *between, lower)
    row_of = {vertex: n for n, row in enumerate(rows) for vertex in row}
    return Layers(_untangled(rows, chains.values()), row_of, chains, frozenset(upward))


def _walk(
    start: Vertex, out: Mapping[Vertex, Sequence[Vertex]]
) -> tuple[Sequence[Vertex], Sequence[Vertex], set[Edge]]:
    """Vertices in the order in which a walk in depth meets them, and is done with them, and the
    edges that close a ring."""
    finished: list[Vertex] = []
    upward = set[Edge]()
    path, met = [start], [start]
    ways = [iter(out.get(start, ()))]
    while path:
        for target in ways[-1]:
            if target in path:
                upward.add((path[-1], target))
            elif target not in met:
                met.append(target)
                path.append(target)
                ways.append(iter(out.get(target, ())))
                break
        else:
            finished.append(path.pop())
            ways.pop()
    return met, finished, upward


def _ranks(finished: Sequence[Vertex], down: Iterable[Edge]) -> dict[Vertex, int]:
    into: dict[Vertex, list[Vertex]] = {vertex: [] for vertex in finished}
    for upper, lower in down:
        into[lower].append(upper)
    rank: dict[Vertex, int] = {}
    for vertex in reversed(finished):  # whoever leads here was finished later
        rank[vertex] = max((rank[upper] + 1 for upper in into[vertex]), default=0)
    return rank


def _untangled(
    rows: Sequence[Sequence[Vertex]], chains: Iterable[Sequence[Vertex]]
) -> tuple[tuple[Vertex, ...], ...]:
    above: dict[Vertex, list[Vertex]] = {}
    below: dict[Vertex, list[Vertex]] = {}
    for chain in chains:
        for upper, lower in itertools.pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    now = [list(row) for row in rows]
    best, fewest = [list(row) for row in now], _crossings(now, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        neighbours = above if downward else below
        order = range(1, len(now)) if downward else range(len(now) - 2, -1, -1)
        for n in order:
            place = {vertex: at for at, vertex in enumerate(now[n - 1 if downward else n + 1])}
            now[n] = _by_neighbours(now[n], neighbours, place)
        if (crossings := _crossings(now, below)) < fewest:
            best, fewest = [list(row) for row in now], crossings
    return tuple(tuple(row) for row in best)


def _by_neighbours(
    row: Sequence[Vertex],
    neighbours: Mapping[Vertex, Sequence[Vertex]],
    place: Mapping[Vertex, int],
) -> list[Vertex]:
    """Sorted by the mean place of those they are joined to; who has none keeps the place."""

    def mean(at: int, vertex: Vertex) -> float:
        places = [place[other] for other in neighbours.get(vertex, ())]
        return sum(places) / len(places) if places else float(at)

    return [vertex for _, vertex in sorted(enumerate(row), key=lambda item: mean(*item))]


def _crossings(rows: Sequence[Sequence[Vertex]], below: Mapping[Vertex, Sequence[Vertex]]) -> int:
    total = 0
    for row, under in itertools.pairwise(rows):
        place = {vertex: at for at, vertex in enumerate(under)}
        ends: list[int] = []
        for vertex in row:
            mine = sorted(place[lower] for lower in below.get(vertex, ()))
            total += sum(other > end for end in mine for other in ends)
            ends += mine
    return total
