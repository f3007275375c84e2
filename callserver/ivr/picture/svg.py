"""The picture as SVG: one file, no fonts, no scripts; it follows the reader's light or dark."""

import itertools
from collections.abc import Iterator, Sequence
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from callserver.ivr.picture.graph import Arrow, Box, Graph, shortened
from callserver.ivr.picture.order import Edge, Layers, Vertex, layers
from callserver.ivr.picture.place import places
from callserver.ivr.picture.route import Frame, downward, upward

BOX_W = 208.0
LINE_H = 15.0
HEAD_H = 27.0
PAD = 10.0
GAP = 34.0
MARGIN = 24.0
LABEL_H = 20.0
DOT = 18.0
LINES = 3
START = ("start",)

_STYLE = """
  text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif }

  .paper { fill: #ffffff } .box { fill: #f7f8fa; stroke-width: 1.5 } .band { opacity: .16 }
  .name { font-weight: 600; font-size: 13px } .kind { font-size: 10.5px; fill: #6a737d }
  .words { font-size: 11.5px } .title { font-size: 15px; font-weight: 600 }
  .arrow { fill: none; stroke: #7b8694; stroke-width: 1.4 } .up { stroke-dasharray: 5 3 }
  .head { fill: #7b8694 } .pill { fill: #ffffff; stroke: #c9d0d8 } .label { font-size: 11px }
  .says { stroke: #4a90d9; fill: #4a90d9 } .asks { stroke: #d9902a; fill: #d9902a }
  .meets { stroke: #3fa66b; fill: #3fa66b } .decides { stroke: #9b6bd0; fill: #9b6bd0 }
  .ends { stroke: #8a8f98; fill: #8a8f98 } .box { fill: #f7f8fa } .band { stroke: none }
  .dot { fill: #7b8694; stroke: none } .ring { fill: none; stroke: #7b8694; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e8ec } .paper { fill: #15181c } .box { fill: #1f242a } .kind { fill: #9aa4af }
    .pill { fill: #15181c; stroke: #454e58 } .band { opacity: .32 }
  }
"""


def svg(graph: Graph) -> str:
    """The picture of the steps that a call can reach."""
    return _Drawing(graph).text()


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._boxes = {box.name: box for box in graph.boxes}
        self._again = {a.source: a.label for a in graph.arrows if a.source == a.target}
        self._arrows: dict[Edge, Arrow] = {
            (arrow.source, _end(arrow)): arrow
            for arrow in graph.arrows
            if arrow.source != arrow.target
        }
        start: Edge = (START, graph.start)
        self._drawn: Layers = layers(START, [start, *self._arrows])
        self._labels = {self._label_point(e): a.label for e, a in self._arrows.items() if a.label}
        everybody = [vertex for row in self._drawn.rows for vertex in row]
        self._sizes = {vertex: self._size(vertex) for vertex in everybody}
        self._x = places(self._drawn, {v: w for v, (w, _) in self._sizes.items()}, GAP)
        self._rows = self._heights()
        self._frame = Frame(self._drawn, self._x, self._sizes, self._rows)

    def _label_point(self, edge: Edge) -> Vertex:
        chain = self._drawn.chains.get(edge, edge)
        return chain[-2] if edge in self._drawn.upward else chain[1]

    def _size(self, vertex: Vertex) -> tuple[float, float]:
        if isinstance(vertex, str):
            lines = len(self._words(vertex)) + (vertex in self._again)
            return BOX_W, HEAD_H + (lines * LINE_H + PAD if lines else 0)
        if vertex in self._labels:
            return _width(self._labels[vertex]) + 16, LABEL_H
        return (DOT, DOT) if vertex == START or self._is_end(vertex) else (4.0, 0.0)

    def _is_end(self, vertex: Vertex) -> bool:
        return isinstance(vertex, tuple) and vertex[0] == "end"

    def _words(self, name: str) -> Sequence[str]:
        words = self._boxes[name].words
        if not words:
            return []
        fit = int((BOX_W - 2 * PAD) / _width(words) * len(words))
        return wrap(words, fit, max_lines=LINES, placeholder="…")

    def _heights(self) -> Sequence[tuple[float, float]]:
        rows: list[tuple[float, float]] = []
        at = MARGIN + 26
        for n, row in enumerate(self._drawn.rows):
            height = max(self._sizes[vertex][1] for vertex in row)
            rows.append((at, at + height))
            at += height + self._below(n)
        return rows

    def _below(self, n: int) -> float:
        """Arrows that go far to the side need room to bend."""
        far = [
            abs(self._x[upper] - self._x[lower])
            for chain in self._drawn.chains.values()
            for upper, lower in itertools.pairwise(chain)
            if self._drawn.row_of[upper] == n
        ]
        return min(16 + max(far, default=0) * 0.07, 58)

    def text(self) -> str:
        width = max(self._x[v] + w / 2 for v, (w, _) in self._sizes.items()) + 2 * MARGIN
        height = self._rows[-1][1] + MARGIN
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f"aria-label={quoteattr(f'Call flow {self._graph.name}')}>",
            f"<style>{_STYLE}</style>",
            '<rect class="paper" width="100%" height="100%"/>',
            f'<text class="title" x="{MARGIN}" y="{MARGIN + 8}">{escape(self._graph.name)}</text>',
            f'<g transform="translate({MARGIN} 0)">',
            *(self._arrow(edge) for edge in self._drawn.chains),
            *(part for row in self._drawn.rows for vertex in row for part in self._vertex(vertex)),
            "</g></svg>",
        ]
        return "\n".join(parts) + "\n"

    def _vertex(self, vertex: Vertex) -> Iterator[str]:
        x, (top, bottom) = self._x[vertex], self._rows[self._drawn.row_of[vertex]]
        if isinstance(vertex, str):
            yield from self._box(self._boxes[vertex], x - BOX_W / 2, top)
        elif vertex in self._labels:
            width = self._sizes[vertex][0]
            middle = (top + bottom) / 2
            yield (
                f'<rect class="pill" x="{x - width / 2:.1f}" y="{middle - LABEL_H / 2:.1f}" '
                f'width="{width:.1f}" height="{LABEL_H:.0f}" rx="9"/>'
                f'<text class="label" x="{x:.1f}" y="{middle + 4:.1f}" text-anchor="middle">'
                f"{escape(self._labels[vertex])}</text>"
            )
        elif vertex == START or self._is_end(vertex):
            y = top + DOT / 2
            title = "a call begins" if vertex == START else "the call ends"
            ring = (
                "" if vertex == START else f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
            )
            dot = f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{7 if not ring else 4.5}"/>'
            yield f"<g><title>{title}</title>{ring}{dot}</g>"

    def _box(self, box: Box, left: float, top: float) -> Iterator[str]:
        height = self._sizes[box.name][1]
        place = f'x="{left:.1f}" y="{top:.1f}" width="{BOX_W:.0f}" rx="6"'
        yield f"<g><title>{escape(box.name)}</title>"
        yield f'<rect class="{box.look} box" {place} height="{height:.0f}"/>'
        yield f'<rect class="{box.look} band" {place} height="{HEAD_H:.0f}"/>'
        kind = _width(box.kind)
        name = shortened(box.name, int((BOX_W - kind - 30) / 7.6))
        yield f'<text class="name" x="{left + PAD:.1f}" y="{top + 18:.1f}">{escape(name)}</text>'
        yield (
            f'<text class="kind" x="{left + BOX_W - PAD:.1f}" y="{top + 17.5:.1f}" '
            f'text-anchor="end">{escape(box.kind)}</text>'
        )
        lines = [*self._words(box.name)]
        if box.name in self._again:
            lines.append(f"↺ {self._again[box.name] or 'again'}")
        for n, line in enumerate(lines):
            y = top + HEAD_H + LINE_H * (n + 1)
            yield f'<text class="words" x="{left + PAD:.1f}" y="{y:.1f}">{escape(line)}</text>'
        yield "</g>"

    def _arrow(self, edge: Edge) -> str:
        chain, up = self._drawn.chains[edge], edge in self._drawn.upward
        line, head = (upward if up else downward)(self._frame, chain)
        return (
            f'<path class="arrow{" up" if up else ""}" d="{line}"/><path class="head" d="{head}"/>'
        )


def _end(arrow: Arrow) -> Vertex:
    return ("end", arrow.source) if arrow.target is None else arrow.target


def _width(text: str) -> float:
    """About as wide as 11 px letters of a system font; Cyrillic ones are wider."""
    return sum(7.4 if char > "\u0370" or char.isupper() else 6.4 for char in text)
