"""What does not fit together is found, seen again, and put right."""

from callserver.metrics import Metrics
from callserver.model.agent import AgentState
from callserver.model.live import AgentView
from callserver.reconciler import LOOKS, Odd, Reconciler, Seen, compare


def agent(name: str, state: AgentState, call: str | None) -> AgentView:
    return AgentView(name, name, state, "", 0.0, call, ("support",), 1)


FINE = Seen(
    agents=(agent("anna", AgentState.TALKING, "c1"), agent("boris", AgentState.READY, None)),
    calls={"c1": "w1", "c2": "w2"},
    workers=("w1", "w2"),
    dialogs=("w1", "w2"),
)


def test_a_house_in_order_has_nothing_odd() -> None:
    assert compare(FINE) == frozenset()


def test_each_thing_that_does_not_fit_is_named() -> None:
    seen = Seen(
        agents=(agent("anna", AgentState.TALKING, "gone"), agent("b", AgentState.WRAP_UP, None)),
        calls={"c1": "w1", "c2": "dead"},
        workers=("w1", "stray"),
        dialogs=("w1", "ghost"),
    )
    assert compare(seen) == {
        Odd("agent", "gone"),
        Odd("session", "c2"),
        Odd("worker", "stray"),
        Odd("dialog", "ghost"),
    }


def test_only_what_is_seen_again_and_again_is_repaired_and_counted() -> None:
    on_its_way, lost = Seen((), {"c1": "dead"}, (), ()), Seen((), {"c2": "dead"}, (), ())
    looks = [*[on_its_way] * (LOOKS - 1), FINE, *[lost] * LOOKS]
    repaired: list[str] = []
    metrics = Metrics()
    it = Reconciler(iter(looks).__next__, {"session": repaired.append}, metrics)
    for _ in looks:
        it.step()
    assert repaired == ["c2"]
    value = metrics.registry.get_sample_value("callserver_repairs_total", {"what": "session"})
    assert value == 1.0


def test_a_repair_has_time_to_help_before_it_is_done_again() -> None:
    stays = Seen((), {}, ("stray",), ())
    repaired: list[int] = []
    it = Reconciler(lambda: stays, {"worker": lambda name: repaired.append(look)}, Metrics())
    for look in range(3 * LOOKS):  # noqa: B007 - read by the repair
        it.step()
    assert repaired == [LOOKS - 1, 2 * LOOKS - 1, 3 * LOOKS - 1]
