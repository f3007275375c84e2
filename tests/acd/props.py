"""Who and what there is in the small call centre of ``world``."""

from callserver.model.agent import AgentState as State

NAMES = ("anna", "bela", "cora", "dora", "ella", "fred")
QUEUES = ("red", "blue", "green")
STRATEGIES = (
    "longest_idle",
    "round_robin",
    "fewest_calls",
    "least_talk",
    "random",
    "linear",
    "tiers",
    "best_match",
    "ring_all",
    "progressive",
)
WIDEN: tuple[list[dict[str, object]], ...] = (
    [],
    [
        {"after_s": 20, "levels": 2, "penalty": 1},
        {"after_s": 40, "levels": 10, "any_language": True},
    ],
)
WISHES = (
    *[(State.READY, "")] * 6,
    (State.PAUSED, "lunch"),
    (State.PAUSED, "break"),
    (State.SIGNED_OUT, ""),
)
CROWD = 14
