"""Who hears whom in a conversation, and how it is found again in its facts."""

from callserver.call.talk import Between, Talk, Third, Watcher, edges, follow
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Leg
from callserver.model.events import LegEnd
from callserver.model.talk import SupervisorMode, Target, TargetKind

C, A, T, S = Leg.CUSTOMER, Leg.AGENT, Leg.THIRD, Leg.SUPERVISOR
BOB = Target(TargetKind.AGENT, "bob")
PLAIN = Talk(A, "anna")


def hears(talk: Talk, listener: Leg) -> set[Leg]:
    return {speaker for speaker, one in edges(talk) if one is listener}


def told(*facts: f.Fact) -> Talk | None:
    talk: Talk | None = None
    for fact in facts:
        talk = follow(talk, fact)
    return talk


def test_who_is_asked_hears_the_agent_and_the_customer_hears_neither() -> None:
    talk = Talk(A, "anna", Between.THIRD, Third(T, BOB, blind=False))
    assert (hears(talk, C), hears(talk, A), hears(talk, T)) == (set(), {T}, {A})


def test_who_gets_the_call_unasked_hears_the_customer_alone() -> None:
    talk = Talk(A, "anna", third=Third(T, BOB, blind=True))
    assert (hears(talk, C), hears(talk, A), hears(talk, T)) == ({T}, set(), {C})


def test_of_three_each_hears_the_two_others() -> None:
    talk = Talk(A, "anna", Between.ALL, Third(T, BOB, blind=False, up=True))
    assert (hears(talk, C), hears(talk, A), hears(talk, T)) == ({A, T}, {C, T}, {A, C})


def test_a_supervisor_hears_the_conversation_of_the_agent_wherever_it_is() -> None:
    boss = Watcher("boss", SupervisorMode.WHISPER)
    asking = Talk(A, "anna", Between.THIRD, Third(T, BOB, blind=False), boss)
    assert hears(asking, S) == {A, T}
    assert (hears(asking, A), hears(asking, T), hears(asking, C)) == ({S, T}, {A}, set())


STORY: tuple[f.Fact, ...] = (
    f.AgentAnswered("c", 1, "anna"),
    t.ConsultStarted("c", 2, "anna", T, BOB.kind, BOB.name),
    t.ConsultAnswered("c", 3, T),
    t.ConsultSwapped("c", 4, C),
    t.ConferenceStarted("c", 5),
)


def test_a_consultation_is_found_again_at_every_step() -> None:
    asked = Third(T, BOB, blind=False)
    there = Third(T, BOB, blind=False, up=True)
    assert told(*STORY[:1]) == PLAIN
    assert told(*STORY[:2]) == Talk(A, "anna", Between.THIRD, asked)
    assert told(*STORY[:3]) == Talk(A, "anna", Between.THIRD, there)
    assert told(*STORY[:4]) == Talk(A, "anna", Between.CUSTOMER, there)
    assert told(*STORY) == Talk(A, "anna", Between.ALL, there)
    assert told(*STORY, t.ConsultEnded("c", 6, T, LegEnd.HUNG_UP)) == PLAIN


def test_after_a_transfer_the_colleague_sits_on_the_other_leg() -> None:
    given = (
        f.AgentFinished("c", 6, "anna"),
        f.AgentAnswered("c", 6, "bob"),
        t.TransferCompleted("c", 6, "anna", T, BOB.kind, BOB.name),
    )
    assert told(*STORY, *given) == Talk(T, "bob")
    assert told(*STORY, *given, f.AgentFinished("c", 9, "bob")) is None


def test_somebody_outside_is_no_agent() -> None:
    outside = ("anna", T, TargetKind.EXTERNAL, "+37129999999")
    blind = (
        f.AgentAnswered("c", 1, "anna"),
        t.TransferStarted("c", 2, *outside),
        f.AgentFinished("c", 3, "anna"),
    )
    waiting = told(*blind)
    assert waiting is not None
    assert (waiting.seat, waiting.agent) == (None, None)
    assert told(*blind, t.TransferCompleted("c", 4, *outside)) == Talk(T, None)
    failed = t.TransferFailed("c", 4, TargetKind.EXTERNAL, "+37129999999", LegEnd.BUSY)
    assert told(*blind, failed) is None


def test_a_supervisor_is_followed_to_the_agents_place() -> None:
    mode = SupervisorMode.LISTEN
    listens = (
        f.AgentAnswered("c", 1, "anna"),
        t.SupervisorCalled("c", 2, "boss", mode),
        t.SupervisorJoined("c", 3, "boss", mode),
    )
    assert told(*listens) == Talk(A, "anna", watcher=Watcher("boss", mode, up=True))
    taken = (
        f.AgentFinished("c", 4, "anna"),
        t.CallTakenOver("c", 4, "boss", "anna"),
        f.AgentAnswered("c", 4, "boss"),
    )
    assert told(*listens, *taken) == Talk(S, "boss")
