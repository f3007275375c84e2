"""The flows: which versions are in use, what is wrong with the files, read them again."""

from msgspec import Struct

from callserver.model.shelf import FlowShelf, FlowView
from callserver.web.shapes import ListOut


class FlowOut(Struct, frozen=True, kw_only=True):
    """One flow. ``version`` is what new calls get (null: none), ``lines`` the numbers it answers,
    ``calls`` how many are in it now. While its file has ``mistakes``, the last good version stays
    in use."""

    name: str
    version: str | None
    lines: tuple[str, ...]
    calls: int
    mistakes: tuple[str, ...]


def _show(view: FlowView) -> FlowOut:
    return FlowOut(
        name=view.name,
        version=view.version,
        lines=view.lines,
        calls=view.calls,
        mistakes=view.mistakes,
    )


class Flows:
    """``/api/v1/flows``."""

    def __init__(self, shelf: FlowShelf) -> None:
        self._shelf = shelf

    async def list(self) -> ListOut[FlowOut]:
        """All flows, by name."""
        return ListOut([_show(view) for view in self._shelf.flows()])

    async def reload(self) -> ListOut[FlowOut]:
        """Read the files again and take into use what is good; then all flows. The server also does
        so by itself when a file changes."""
        await self._shelf.reload()
        return await self.list()
