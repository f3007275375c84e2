"""The way of an arrow through the rows: straight down through each, bent only between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callserver.ivr.picture.order import Layers, Vertex

PORTS = 26.0
"""Between two arrows that leave the same box."""
HEAD = 9.0
LANE = 13.0
"""How far beside a box an arrow that goes up runs."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where everything stands: the middle of each vertex, its width and height, and the top and
    bottom of each row."""

    drawn: Layers
    x: Mapping[Vertex, float]
    sizes: Mapping[Vertex, tuple[float, float]]
    rows: Sequence[tuple[float, float]]

    def top(self, vertex: Vertex) -> float:
        return self.rows[self.drawn.row_of[vertex]][0]

    def bottom(self, vertex: Vertex) -> float:
        return self.rows[self.drawn.row_of[vertex]][1]

    def foot(self, vertex: Vertex) -> float:
        """The lower edge of a box, which may be lower than others in its row."""
        return self.top(vertex) + self.sizes[vertex][1]


def downward(frame: Frame, chain: Sequence[Vertex]) -> tuple[str, str]:
    """The line and the head of an arrow from the lower edge of the first to the upper edge of the
    last, both as SVG paths."""
    x, y = _port(frame, chain), frame.foot(chain[0])
    path = f"M{x:.1f} {y:.1f}" + _straight(frame.bottom(chain[0]))
    y = frame.bottom(chain[0])
    for vertex in chain[1:]:
        path += _bend(x, y, frame.x[vertex], frame.top(vertex))
        x, y = frame.x[vertex], frame.bottom(vertex)
        if vertex is not chain[-1]:
            path += _straight(y)
    return path, _head(x, frame.top(chain[-1]), 0, 1)


def upward(frame: Frame, chain: Sequence[Vertex]) -> tuple[str, str]:
    """The same from the last to the first: out and in at their sides, where there is room to see
    it."""
    upper, *points, lower = chain
    x, y, path = _out_at_side(frame, lower, points[-1])
    for vertex in reversed(points):
        path += _bend(x, y, frame.x[vertex], frame.bottom(vertex)) + _straight(frame.top(vertex))
        x, y = frame.x[vertex], frame.top(vertex)
    into, head = _in_at_side(frame, upper, x, y)
    return path + into, head


def _port(frame: Frame, chain: Sequence[Vertex]) -> float:
    """Arrows leave a box in the order in which they go on, and so do not cross below it."""
    source = chain[0]
    leaving = [
        other[1]
        for edge, other in frame.drawn.chains.items()
        if other[0] == source and edge not in frame.drawn.upward
    ]
    leaving.sort(key=lambda vertex: frame.x[vertex])
    apart = min(PORTS, (frame.sizes[source][0] - PORTS) / max(len(leaving), 1))
    return frame.x[source] + (leaving.index(chain[1]) - (len(leaving) - 1) / 2) * apart


def _side(frame: Frame, box: Vertex, x: float) -> int:
    """1: right, -1: left, 0: it goes up from within the box's own width."""
    beside = x - frame.x[box]
    if abs(beside) < frame.sizes[box][0] / 2:
        return 0
    return 1 if beside > 0 else -1


def _out_at_side(frame: Frame, box: Vertex, towards: Vertex) -> tuple[float, float, str]:
    side = _side(frame, box, frame.x[towards])
    if not side:
        x = frame.x[towards]
        return x, frame.top(box), f"M{x:.1f} {frame.top(box):.1f}"
    edge = frame.x[box] + side * frame.sizes[box][0] / 2
    middle = (frame.top(box) + frame.foot(box)) / 2
    lane = edge + side * LANE
    path = f"M{edge:.1f} {middle:.1f}Q{lane:.1f} {middle:.1f} {lane:.1f} {middle - LANE:.1f}"
    return lane, frame.top(box), path + _straight(frame.top(box))


def _in_at_side(frame: Frame, box: Vertex, x: float, y: float) -> tuple[str, str]:
    side = _side(frame, box, x)
    if not side:
        return _straight(frame.foot(box)), _head(x, frame.foot(box), 0, -1)
    edge = frame.x[box] + side * frame.sizes[box][0] / 2
    middle = (frame.top(box) + frame.foot(box)) / 2
    lane = edge + side * LANE
    path = (
        _bend(x, y, lane, frame.bottom(box))
        + _straight(middle + LANE)
        + f"Q{lane:.1f} {middle:.1f} {edge:.1f} {middle:.1f}"
    )
    return path, _head(edge, middle, -side, 0)


def _head(x: float, y: float, right: int, down: int) -> str:
    """A triangle with its tip here. Markers would do it, but not all who show SVG turn them."""
    back_x, back_y = x - right * HEAD, y - down * HEAD
    half_x, half_y = down * HEAD / 2, right * HEAD / 2
    return (
        f"M{x:.1f} {y:.1f}L{back_x - half_x:.1f} {back_y - half_y:.1f}"
        f"L{back_x + half_x:.1f} {back_y + half_y:.1f}Z"
    )


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (y + to_y) / 2
    return f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}"


def _straight(y: float) -> str:
    return f"V{y:.1f}"
