"""The picture as a Mermaid flowchart, for pages and tickets that draw it themselves."""

from callserver.ivr.picture.graph import Arrow, Box, Graph, Look

_SHAPES = {
    Look.SAYS: '["{}"]',
    Look.ASKS: '[/"{}"/]',
    Look.MEETS: '(["{}"])',
    Look.DECIDES: '{{{{"{}"}}}}',
    Look.ENDS: '(("{}"))',
}
_COLOURS = {
    Look.SAYS: "#4a90d9",
    Look.ASKS: "#e0a030",
    Look.MEETS: "#3fa66b",
    Look.DECIDES: "#9b6bd0",
    Look.ENDS: "#8a8f98",
}


def mermaid(graph: Graph) -> str:
    """The text of the chart. Steps are numbered inside: ``end`` is a word of Mermaid's own."""
    ids = {box.name: f"s{n}" for n, box in enumerate(graph.boxes)}
    lines = ["flowchart TD", f'  start(("{_quoted(graph.name)}")) --> {ids[graph.start]}']
    lines += [f"  {ids[box.name]}{_shape(box)}:::{box.look}" for box in graph.boxes]
    lines += [f"  {_arrow(arrow, ids)}" for arrow in graph.arrows]
    lines += [
        f"  classDef {look} stroke:{colour},stroke-width:2px" for look, colour in _COLOURS.items()
    ]
    return "\n".join(lines) + "\n"


def _shape(box: Box) -> str:
    text = f"<b>{_quoted(box.name)}</b> · {box.kind}"
    if box.words:
        text += f"<br/>{_quoted(box.words)}"
    return _SHAPES[box.look].format(text)


def _arrow(arrow: Arrow, ids: dict[str, str]) -> str:
    source = ids[arrow.source]
    target = f"{source}end((end))" if arrow.target is None else ids[arrow.target]
    return (
        f'{source} -- "{_quoted(arrow.label)}" --> {target}'
        if arrow.label
        else f"{source} --> {target}"
    )


def _quoted(text: str) -> str:
    """Mermaid knows entities by number, with a hash in front."""
    return "".join(f"#{ord(char)};" if char in '"#&<>`' else char for char in text)
