"""How far from the left everybody stands: the second half of a layered drawing.

Each row in turn moves towards the points it is joined to, and keeps its order and its distances:
a least-squares fit under that condition (isotonic regression, by pooling neighbours that would
overlap). Long arrows pull hard on their own points, and are then made straight where there is room.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from statistics import median

from callserver.ivr.picture.order import Layers, Vertex

ROUNDS = 120
STRAIGHT = 8.0
"""How much more the points of one arrow care for each other than boxes for boxes."""


def places(drawn: Layers, widths: Mapping[Vertex, float], gap: float) -> dict[Vertex, float]:
    """The middle of everybody, from 0 at the left edge of the picture."""
    joined: dict[Vertex, list[tuple[Vertex, float]]] = {}
    for chain in drawn.chains.values():
        for n, (upper, lower) in enumerate(itertools.pairwise(chain)):
            inner = 0 < n < len(chain) - 2
            weight = STRAIGHT if inner else 1.0
            joined.setdefault(upper, []).append((lower, weight))
            joined.setdefault(lower, []).append((upper, weight))
    x: dict[Vertex, float] = {}
    for row in drawn.rows:
        at = 0.0
        for vertex in row:
            x[vertex] = at + widths[vertex] / 2
            at += widths[vertex] + gap
    for turn in range(ROUNDS):
        rows = drawn.rows if turn % 2 == 0 else drawn.rows[::-1]
        for row in rows:
            _settle(row, x, widths, gap, joined)
    for run in _runs(drawn):
        _straighten(run, drawn, x, widths, gap)
    left = min(x[vertex] - widths[vertex] / 2 for vertex in x)
    return {vertex: at - left for vertex, at in x.items()}


def _settle(
    row: Sequence[Vertex],
    x: dict[Vertex, float],
    widths: Mapping[Vertex, float],
    gap: float,
    joined: Mapping[Vertex, Sequence[tuple[Vertex, float]]],
) -> None:
    offset = 0.0
    pools: list[tuple[float, float, int]] = []  # weighted sum, weight, how many
    offsets: list[float] = []
    for n, vertex in enumerate(row):
        if n:
            offset += (widths[row[n - 1]] + widths[vertex]) / 2 + gap
        offsets.append(offset)
        pulls = joined.get(vertex, ()) or ((vertex, 0.1),)
        weight = sum(pull for _, pull in pulls)
        wish = sum(x[other] * pull for other, pull in pulls)
        pool = (wish - offset * weight, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    settled = [total / weight for total, weight, many in pools for _ in range(many)]
    for vertex, base, off in zip(row, settled, offsets, strict=True):
        x[vertex] = base + off


def _runs(drawn: Layers) -> Iterator[Sequence[Vertex]]:
    """What should stand below each other: the points of an arrow, and boxes with nothing beside
    them between one arrow and the next."""
    down = [chain for edge, chain in drawn.chains.items() if edge not in drawn.upward]
    leaving = Counter(chain[0] for chain in down)
    coming = Counter(chain[-1] for chain in down)
    ends: dict[Vertex, list[Vertex]] = {}
    runs: list[list[Vertex]] = []
    for chain in sorted(drawn.chains.values(), key=lambda chain: drawn.row_of[chain[0]]):
        upper, *points, lower = chain
        alone = chain in down
        if alone and upper in ends and leaving[upper] == 1:
            run = ends.pop(upper)
        else:
            run = [upper] if alone and leaving[upper] == 1 else []
            runs.append(run)
        run += points
        if alone and coming[lower] == 1:
            run.append(lower)
            ends[lower] = run
    yield from runs


def _straighten(
    points: Sequence[Vertex],
    drawn: Layers,
    x: dict[Vertex, float],
    widths: Mapping[Vertex, float],
    gap: float,
) -> None:
    """Put as many points as have room for it at the same distance from the left."""
    run: list[Vertex] = []
    room = (-inf, inf)
    for point in points:
        mine = _room(point, drawn, x, widths, gap)
        both = (max(room[0], mine[0]), min(room[1], mine[1]))
        if both[0] > both[1]:
            _align(run, room, x)
            run, both = [], mine
        run.append(point)
        room = both
    _align(run, room, x)


def _align(run: Sequence[Vertex], room: tuple[float, float], x: dict[Vertex, float]) -> None:
    if run:
        at = min(max(median(x[point] for point in run), room[0]), room[1])
        x.update(dict.fromkeys(run, at))


def _room(
    point: Vertex,
    drawn: Layers,
    x: Mapping[Vertex, float],
    widths: Mapping[Vertex, float],
    gap: float,
) -> tuple[float, float]:
    row = drawn.rows[drawn.row_of[point]]
    at = row.index(point)
    left, right = row[:at][-1:], row[at + 1 :][:1]
    low = [x[other] + (widths[other] + widths[point]) / 2 + gap for other in left]
    high = [x[other] - (widths[other] + widths[point]) / 2 - gap for other in right]
    return (low or [-inf])[0], (high or [inf])[0]
