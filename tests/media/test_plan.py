"""Who hears what: the rules of the bridge plan, without a bridge."""

from hypothesis import given
from hypothesis import strategies as st

from callserver.media.worker.plan import (
    Edges,
    LegSound,
    both_ways,
    left_alone,
    plan,
    track_of,
    without,
)
from callserver.model.call import Leg

C, A, T, S = Leg.CUSTOMER, Leg.AGENT, Leg.THIRD, Leg.SUPERVISOR
SILENCE = "silence"


def pairs(*them: tuple[Leg, Leg]) -> Edges:
    return frozenset().union(*(both_ways(*pair) for pair in them))


def heard(
    legs: dict[Leg, LegSound],
    bridged: Edges,
    by: Leg,
) -> set[object]:
    wanted = plan(legs, bridged, frozenset(), SILENCE)
    return {source for source, sink in wanted if sink == ("leg", by) and source != SILENCE}


def test_a_leg_alone_hears_its_music() -> None:
    assert heard({C: LegSound(music=True)}, pairs(), C) == {("music", C)}


def test_prompts_come_before_music_and_before_the_other_side() -> None:
    legs = {C: LegSound(music=True, prompts=True), A: LegSound()}
    assert heard(legs, pairs((C, A)), C) == {("prompts", C)}
    assert heard(legs, pairs((C, A)), A) == {("leg", C)}


def test_bridged_legs_hear_each_other_instead_of_music() -> None:
    legs = {C: LegSound(music=True), A: LegSound(music=True)}
    assert heard(legs, pairs((C, A)), C) == {("leg", A)}
    assert heard(legs, pairs((C, A)), A) == {("leg", C)}


def test_who_is_held_hears_music_and_who_holds_hears_nothing() -> None:
    legs = {C: LegSound(music=True), A: LegSound(music=True, held=True)}
    assert heard(legs, pairs((C, A)), C) == {("music", C)}
    assert heard(legs, pairs((C, A)), A) == set()


def test_of_three_the_two_who_do_not_hold_go_on_talking() -> None:
    legs = {C: LegSound(music=True), A: LegSound(held=True), T: LegSound()}
    assert heard(legs, pairs((C, A), (C, T), (A, T)), C) == {("leg", T)}


def test_a_pair_whose_other_side_is_not_there_yet_leaves_the_music_on() -> None:
    assert heard({C: LegSound(music=True)}, pairs((C, A)), C) == {("music", C)}


def test_a_track_goes_on_without_its_leg() -> None:
    wanted = plan({C: LegSound()}, pairs(), frozenset((C, A)), SILENCE)
    assert {(SILENCE, ("track", A)), (SILENCE, ("track", C)), (("leg", C), ("track", C))} <= wanted
    assert (("leg", A), ("track", A)) not in wanted


def test_a_leg_that_goes_takes_its_pairs_along() -> None:
    bridged = pairs((C, A), (C, T))
    assert without(bridged, A) == pairs((C, T))


def test_who_hears_nobody_any_more_is_left_alone() -> None:
    talk = pairs((C, A))
    listening = talk | {(C, S), (A, S)}
    assert left_alone(talk, C) == {A}
    assert left_alone(listening, S) == set()
    assert left_alone(listening, C) == {A}
    assert left_alone(without(listening, C), A) == {S}
    assert left_alone(pairs((C, A), (C, T), (A, T)), A) == set()


def test_a_supervisor_who_listens_is_heard_by_nobody_and_one_who_whispers_by_the_agent() -> None:
    legs = {C: LegSound(), A: LegSound(), S: LegSound()}
    listening = pairs((C, A)) | {(C, S), (A, S)}
    assert heard(legs, listening, S) == {("leg", C), ("leg", A)}
    assert heard(legs, listening, C) == {("leg", A)}
    whispering = listening | {(S, A)}
    assert heard(legs, whispering, A) == {("leg", C), ("leg", S)}
    assert heard(legs, whispering, C) == {("leg", A)}


def test_our_side_is_on_the_right_track_and_a_whisper_on_none() -> None:
    assert track_of(C, pairs()) is C
    assert track_of(A, pairs()) is A
    assert track_of(T, pairs((A, T))) is A
    assert track_of(S, frozenset({(S, A), (C, S)})) is None
    assert track_of(S, pairs((C, S))) is A


@given(
    st.dictionaries(
        st.sampled_from(Leg), st.builds(LegSound, st.booleans(), st.booleans(), st.booleans())
    ),
    st.frozensets(
        st.tuples(st.sampled_from(Leg), st.sampled_from(Leg)).filter(lambda e: e[0] != e[1])
    ),
    st.frozensets(st.sampled_from(Leg)),
)
def test_nobody_hears_themselves_and_whoever_is_there_is_always_written_to(
    legs: dict[Leg, LegSound], bridged: Edges, tracks: frozenset[Leg]
) -> None:
    wanted = plan(legs, bridged, tracks, SILENCE)
    assert all(source != sink for source, sink in wanted)
    sinks = {sink for source, sink in wanted if source == SILENCE}
    assert sinks == {("leg", leg) for leg in legs} | {("track", leg) for leg in tracks}
    for leg in legs:
        sources = {source for source, sink in wanted if sink == ("leg", leg)}
        kinds = {source[0] for source in sources if isinstance(source, tuple)}
        assert len(kinds) <= 1
