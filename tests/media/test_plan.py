"""Who hears what: the rules of the bridge plan, without a bridge."""

from hypothesis import given
from hypothesis import strategies as st

from callserver.media.worker.plan import LegSound, partners, plan, without
from callserver.model.call import Leg

C, A, T = Leg.CUSTOMER, Leg.AGENT, Leg.THIRD
SILENCE = "silence"


def pairs(*them: tuple[Leg, Leg]) -> frozenset[frozenset[Leg]]:
    return frozenset(frozenset(pair) for pair in them)


def heard(
    legs: dict[Leg, LegSound],
    bridged: frozenset[frozenset[Leg]],
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
    assert set(partners(bridged, C)) == {A, T}
    assert partners(bridged, Leg.SUPERVISOR) == ()


@given(
    st.dictionaries(
        st.sampled_from(Leg), st.builds(LegSound, st.booleans(), st.booleans(), st.booleans())
    ),
    st.frozensets(st.frozensets(st.sampled_from(Leg), min_size=2, max_size=2)),
    st.frozensets(st.sampled_from(Leg)),
)
def test_nobody_hears_themselves_and_whoever_is_there_is_always_written_to(
    legs: dict[Leg, LegSound], bridged: frozenset[frozenset[Leg]], tracks: frozenset[Leg]
) -> None:
    wanted = plan(legs, bridged, tracks, SILENCE)
    assert all(source != sink for source, sink in wanted)
    sinks = {sink for source, sink in wanted if source == SILENCE}
    assert sinks == {("leg", leg) for leg in legs} | {("track", leg) for leg in tracks}
    for leg in legs:
        sources = {source for source, sink in wanted if sink == ("leg", leg)}
        kinds = {source[0] for source in sources if isinstance(source, tuple)}
        assert len(kinds) <= 1
