"""The flows as those who look and steer see them; takes changes of the files into use."""

from collections.abc import Callable, Sequence

from callserver.ivr.library import Flows, Prepare
from callserver.ivr.watch import follow
from callserver.metrics import Metrics
from callserver.model.shelf import FlowView


class Shelf:
    """Implements ``FlowShelf``. ``prepare`` makes what is said ready as sound, ``in_use`` tells the
    versions (name, version) that calls are in, one for each call."""

    def __init__(
        self,
        flows: Flows,
        prepare: Prepare,
        in_use: Callable[[], Sequence[tuple[str, str]]],
        metrics: Metrics,
    ) -> None:
        self._flows = flows
        self._prepare = prepare
        self._in_use = in_use
        metrics.flow_mistakes.set_function(lambda: sum(map(len, flows.mistakes.values())))

    async def reload(self) -> None:
        """Take up what changed in the folder."""
        await self._flows.reload(self._prepare)
        self.tidy()

    def tidy(self) -> None:
        """Let go of versions that no call is in."""
        self._flows.forget(self._in_use())

    async def follow(self) -> None:
        """Reload after every change, for ever."""
        await follow(self._flows.folder, self.reload)

    def warnings(self) -> dict[str, str]:
        """Flows whose files have mistakes, so that an older version is in use."""
        return {
            f"flow.{name}": "; ".join(map(str, mistakes))
            for name, mistakes in self._flows.mistakes.items()
            if name in self._flows.lines
        }

    def flows(self) -> Sequence[FlowView]:
        now, mistakes, in_use = self._flows.flows(), self._flows.mistakes, self._in_use()
        return [
            FlowView(
                name=name,
                version=now[name].version if name in now else None,
                lines=tuple(self._flows.lines.get(name, ())),
                calls=sum(flow == name for flow, _ in in_use),
                mistakes=tuple(map(str, mistakes.get(name, ()))),
            )
            for name in sorted(now.keys() | mistakes.keys())
        ]
