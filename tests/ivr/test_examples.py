"""The folder of good and bad flows. A bad one says in its first lines what must be reported
(``# expect: …``), and nothing else may be."""

from collections import Counter
from pathlib import Path

import pytest

from callserver.ivr.library import examine, load
from callserver.ivr.needs import World, no_nouns
from callserver.ivr.nodes import KINDS
from callserver.ivr.source import parse
from callserver.model.errors import FlowError
from tests.ivr.talk import FLOWS, READY

QUEUES = ("sales", "support")
GOOD = sorted((FLOWS / "good").glob("*.yaml")) + sorted(READY.glob("*.yaml"))
BAD = sorted((FLOWS / "bad").glob("*.yaml"))


def recorded(language: str, name: str) -> bool:
    return (language, name) == ("en", "jingle")


def world(*languages: str) -> World:
    return World(
        QUEUES,
        languages,
        recorded,
        functions=("loyalty_points",),
        hours=("office",),
        destinations=("crm",),
        places=("reception",),
        nouns=no_nouns,
    )


def kinds_used(path: Path) -> set[str]:
    data = parse(path.read_text(encoding="utf-8")).data
    return {key for step in data["steps"].values() if isinstance(step, dict) for key in step}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_flow_has_no_mistakes(path: Path) -> None:
    flow, mistakes = examine(path, world("en"))
    assert not mistakes
    assert flow is not None
    assert flow.name == path.stem


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_flow_is_refused_with_exactly_the_expected_mistakes(path: Path) -> None:
    head = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in head if line.startswith("# expect: ")]
    assert expected, "a bad flow says what to expect"
    flow, mistakes = examine(path, world("en", "lv"))
    assert flow is None
    assert [str(mistake).removeprefix(f"{path}:") for mistake in mistakes] == expected


def test_load_tells_all_mistakes_at_once() -> None:
    with pytest.raises(FlowError) as refused:
        load(FLOWS / "bad" / "many_at_once.yaml", world())
    assert len(str(refused.value).splitlines()) == 5


def test_every_kind_of_step_has_a_good_and_two_bad_examples() -> None:
    assert set().union(*map(kinds_used, GOOD)) >= KINDS.keys()
    broken = Counter(path.stem.split("-")[0] for path in BAD)
    assert {kind: broken[kind] for kind in KINDS if broken[kind] < 2} == {}
