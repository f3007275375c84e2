"""The picture of a flow: nothing lies on top of anything else, and nothing is left out."""

import xml.etree.ElementTree as Xml
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from callserver.ivr.flow import Flow
from callserver.ivr.nodes import KINDS
from callserver.ivr.picture.graph import Arrow, Box, Graph, Look, graph
from callserver.ivr.picture.mermaid import mermaid
from callserver.ivr.picture.order import layers
from callserver.ivr.picture.svg import svg
from callserver.ivr.read import read

SVG = "{http://www.w3.org/2000/svg}"

TEXT = """
start: ask
steps:
  ask:
    menu:
      say: {en: "Choose <one> & press.", lv: Izvēlieties.}
      keys: {1: sales, 2: sales, 3: end, 9: ask, "*": ask}
      tries: 2
  sales: {queue: sales, next: more}
  more: {menu: {say: More., keys: {1: ask}, tries: 1, otherwise: end}}
  end: {hangup: {}}
"""


def flow(text: str = TEXT) -> Flow:
    reading = read(text, "test.yaml", "test", KINDS)
    assert reading.flow is not None
    assert not reading.mistakes
    return reading.flow


def test_ways_to_the_same_step_are_one_arrow_with_the_words_of_all() -> None:
    arrows = graph(flow(), "en").arrows
    assert [(a.source, a.target, a.label) for a in arrows] == [
        ("ask", "sales", "key 1, 2"),
        ("ask", "end", "key 3"),
        ("ask", "ask", "key 9, *"),
        ("ask", None, "after 2 tries"),
        ("sales", "more", ""),
        ("more", "ask", "key 1"),
        ("more", "end", "no or wrong key"),
    ]


def test_dial_shows_whom_it_calls_and_every_way_on() -> None:
    dials = flow("""
start: ring
steps:
  ring: {dial: [agent:anna, place:desk], busy: bye, failed: bye, otherwise: give, next: bye}
  give: {transfer: "external:+371", otherwise: bye}
  bye: {hangup: {}}
""")
    found = graph(dials, "en")
    assert [(box.words, box.look) for box in found.boxes[:2]] == [
        ("agent:anna, place:desk", Look.MEETS),
        ("external:+371", Look.MEETS),
    ]
    assert [(a.source, a.target, a.label) for a in found.arrows] == [
        ("ring", "bye", "next · busy · failed"),
        ("ring", "give", "otherwise"),
        ("give", None, ""),
        ("give", "bye", "otherwise"),
    ]


def test_boxes_show_what_is_said_in_the_language_and_what_a_step_means() -> None:
    boxes = {box.name: box for box in graph(flow(), "lv").boxes}
    assert boxes["ask"].words == "Izvēlieties."
    assert boxes["sales"].words == "sales"
    assert [box.look for box in boxes.values()] == [Look.ASKS, Look.MEETS, Look.ASKS, Look.ENDS]


def test_mermaid_holds_every_step_and_arrow_and_quotes_what_it_would_take_for_markup() -> None:
    text = mermaid(graph(flow(), "en"))
    assert text.startswith("flowchart TD\n")
    assert "Choose #60;one#62; #38; press." in text
    assert 's0 -- "key 3" --> s3' in text
    assert text.count("-->") == 1 + 7


def test_svg_is_well_formed_and_shows_every_step_and_label() -> None:
    root = Xml.fromstring(svg(graph(flow(), "en")))  # noqa: S314 - our own text
    words = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for expected in ("ask", "sales", "menu", "Choose <one> & press.", "key 1, 2", "↺ key 9, *"):
        assert expected in words
    assert len([path for path in root.iter(f"{SVG}path") if "arrow" in path.get("class", "")]) == 7


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 14), st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=30))
def test_no_box_and_no_label_lies_on_another(many: int, ways: list[tuple[int, int]]) -> None:
    names = [f"step_{n}" for n in range(many)]
    joined = {(a % many, b % many) for a, b in ways} | {(n, n + 1) for n in range(many - 1)}
    arrows = [Arrow(names[a], names[b], f"from {a} to {b}") for a, b in sorted(joined)]
    boxes = [Box(name, "say", "Words " * (n % 9), Look.SAYS) for n, name in enumerate(names)]
    root = Xml.fromstring(svg(Graph("any", names[0], tuple(boxes), tuple(arrows))))  # noqa: S314
    rects = [
        tuple(float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("class", "").endswith((" box", "pill"))
    ]
    assert len(rects) == many + sum(arrow.source != arrow.target for arrow in arrows)
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(rects, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_way_back_is_drawn_upwards_and_all_others_down() -> None:
    drawn = layers("a", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")])
    assert drawn.upward == {("c", "a")}
    assert {drawn.row_of[name] for name in "abc"} == {0, 2, 4}
    assert drawn.chains[("c", "a")][0] == "a"
