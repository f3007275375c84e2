"""No flow can trap a caller: a call may take so many steps and no more."""

from collections.abc import Sequence

from callserver.model.errors import FlowError
from callserver.model.ports import CallControl

IDLE_STEPS = 50
"""Steps in a row in which the caller pressed nothing and met nobody."""
ALL_STEPS = 1000
"""Steps of one call in one flow."""


class Budgeted:
    """A call with its budget: the same :class:`CallControl`, and the steps are counted."""

    def __init__(self, control: CallControl) -> None:
        self._control = control
        self._idle = 0
        self._all = 0

    @property
    def language(self) -> str:
        return self._control.language

    def enter(self, flow: str, version: str, step: str) -> None:
        """Raises ``FlowError`` when the budget is spent."""
        self._idle += 1
        self._all += 1
        if self._idle > IDLE_STEPS or self._all > ALL_STEPS:
            raise FlowError(
                f"{flow}: step `{step}`: the call went through {self._all} steps, the last "
                f"{self._idle} of them without a key pressed; the flow goes round in a circle, "
                "`callserver flow check` may tell where"
            )
        self._control.enter(flow, version, step)

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        await self._control.play(files, barge_in=barge_in)

    async def digit(self, timeout_s: float) -> str | None:
        digit = await self._control.digit(timeout_s)
        if digit is not None:
            self._idle = 0
        return digit

    async def queue(self, queue: str, priority: int) -> None:
        await self._control.queue(queue, priority)
        self._idle = 0

    async def hang_up(self) -> None:
        await self._control.hang_up()
