"""Phones that are registered because a test says so."""

from callserver.model.commands import DialTarget


class FakePhones:
    """Implements ``Phones``. Every agent named here has one phone."""

    def __init__(self, *agents: str) -> None:
        self._targets: dict[str, tuple[DialTarget, ...]] = {}
        for agent in agents:
            self.register(agent)

    def targets(self, agent: str) -> tuple[DialTarget, ...]:
        return self._targets.get(agent, ())

    def register(self, agent: str, count: int = 1) -> None:
        """The agent has ``count`` phones now."""
        self._targets[agent] = tuple(
            DialTarget(uri=f"sip:{agent}@192.0.2.{one}") for one in range(1, count + 1)
        )

    def unregister(self, agent: str) -> None:
        self._targets.pop(agent, None)
