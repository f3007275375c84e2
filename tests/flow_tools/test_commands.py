"""``callserver flow``: what people and machines are told."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run  # noqa: F401 - a fixture

GOOD = """\
start: ask
steps:
  ask: {menu: {say: Choose., keys: {1: sales}, tries: 1, otherwise: sales}}
  sales: {queue: sales, next: bye}
  bye: {say: Goodbye.}
"""
TALKS = """\
talks:
  Who presses 1 gets an agent:
    - presses: 1
    - joins: sales
    - talks: 1 min
    - hears: Goodbye
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "flows"
    (folder / "tests").mkdir(parents=True)
    (folder / "shop.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "tests" / "shop.yaml").write_text(TALKS, encoding="utf-8")
    return folder


def test_check_shows_the_line_and_how_to_mend_it(run: Run, shop: Path) -> None:  # noqa: F811
    assert run("flow", "check", "flows").code == 0
    (shop / "bad.yaml").write_text(GOOD.replace("next: bye", "next: by"), encoding="utf-8")
    outcome = run("flow", "check", "flows")
    assert outcome.code == 1
    assert "✗ flows/bad.yaml:4  step sales" in outcome.out
    assert "4 │   sales: {queue: sales, next: by}" in outcome.out
    assert "leads to `by`, which is no step; did you mean `bye`?" in outcome.out
    assert "✓ flows/shop.yaml" in outcome.out
    assert "in 1 of 2 flows." in outcome.out


def test_check_tells_machines(run: Run, shop: Path) -> None:  # noqa: F811
    (shop / "shop.yaml").write_text(GOOD.replace("start: ask", "start: aks"), encoding="utf-8")
    outcome = run("flow", "check", "--json", "flows/shop.yaml")
    assert outcome.code == 1
    [first, *_] = json.loads(outcome.out)
    assert (first["file"], first["line"]) == ("flows/shop.yaml", 1)
    assert "did you mean `ask`?" in first["what"]


def test_check_without_flow_says_where_it_looked(run: Run) -> None:  # noqa: F811
    outcome = run("flow", "check", "nothing")
    assert outcome.code == 1
    assert "no flow 'nothing': neither a file nor in ivr_flows" in outcome.err


def test_check_with_a_configuration_knows_its_queues(run: Run) -> None:  # noqa: F811
    assert run("init").code == 0
    support = Path("ivr_flows/support.yaml")
    assert run("flow", "check").code == 0
    text = support.read_text(encoding="utf-8").replace("queue: support", "queue: suport")
    support.write_text(text, encoding="utf-8")
    outcome = run("flow", "check", "support")
    assert outcome.code == 1
    assert "no queue `suport`; did you mean `support`?" in outcome.out


def test_draw_writes_a_picture(run: Run, shop: Path) -> None:  # noqa: F811
    assert run("flow", "draw", "flows/shop.yaml", "-o", "shop.svg").code == 0
    assert Path("shop.svg").read_text(encoding="utf-8").startswith("<svg ")
    outcome = run("flow", "draw", "flows/shop.yaml", "--format", "mermaid")
    assert outcome.out.startswith("flowchart TD\n")


def test_drawing_a_flow_with_mistakes_tells_them(run: Run, shop: Path) -> None:  # noqa: F811
    (shop / "shop.yaml").write_text("start: ask\n", encoding="utf-8")
    outcome = run("flow", "draw", "flows/shop.yaml")
    assert (outcome.code, outcome.out) == (1, "")
    assert "flows/shop.yaml" in outcome.err


def test_talk_is_walked_by_lines_of_standard_input(run: Run, shop: Path) -> None:  # noqa: F811
    outcome = run("flow", "talk", "flows/shop.yaml", stdin="?\nv\nw 2\n1\n\n")
    assert outcome.code == 0
    for expected in (
        "▸ Choose.",
        "the flow has set no variables yet",
        "key, 3 s ›",
        "♪ waits in the queue sales",
        "☎ talks with an agent for 60 s",
        "▸ Goodbye.",
        "■ the server ends the call",
    ):
        assert expected in outcome.out


def test_talk_ends_when_there_are_no_more_lines(run: Run, shop: Path) -> None:  # noqa: F811
    outcome = run("flow", "talk", "flows/shop.yaml", stdin="1\n")
    assert outcome.code == 0
    assert "■ the caller hangs up" in outcome.out


def test_talk_takes_place_when_it_is_told_to(run: Run, tmp_path: Path) -> None:  # noqa: F811
    text = 'start: a\nsteps:\n  a: {say: "{now.date|date} {now.time|time} {vip|digits}"}\n'
    (tmp_path / "when.yaml").write_text("takes: [vip]\n" + text, encoding="utf-8")
    outcome = run("flow", "talk", "when.yaml", "--at", "2026-12-24 18:30", "--known", "vip=71")
    assert "December twenty-fourth six thirty p.m. seven one" in outcome.out
    assert run("flow", "talk", "when.yaml", "--at", "soon").code == 2


def test_talks_are_played_and_what_they_miss_is_told(run: Run, shop: Path) -> None:  # noqa: F811
    outcome = run("flow", "test", "flows")
    assert outcome.code == 0
    assert "✓ Who presses 1 gets an agent" in outcome.out
    assert "75 % of the exits of shop (3 of 4)" in outcome.out
    assert "flows/shop.yaml:3  ask: no or wrong key → sales" in outcome.out
    outcome = run("flow", "test", "flows", "--cover", "100")
    assert outcome.code == 1
    (shop / "tests" / "shop.yaml").write_text(
        TALKS + "  Silent ones too:\n    - joins: sales\n", encoding="utf-8"
    )
    assert run("flow", "test", "flows/shop.yaml", "--cover", "100").code == 0


def test_talks_and_walks_know_the_nouns_of_the_house(run: Run, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "callserver.yaml").write_text(
        "speech: {nouns: {ticket: {en: ticket|tickets}}}\n", encoding="utf-8"
    )
    flows = tmp_path / "more"
    (flows / "tests").mkdir(parents=True)
    text = 'start: a\nsteps:\n  a: {say: "You have {caller.calls_24h|count:ticket}."}\n'
    (flows / "tickets.yaml").write_text(text, encoding="utf-8")
    (flows / "tests" / "tickets.yaml").write_text(
        "given: {known: {caller.calls_24h: 2}}\ntalks: {Some: [hears: two tickets]}\n",
        encoding="utf-8",
    )
    assert run("flow", "test", "more", "--cover", "100").code == 0
    walked = run("flow", "talk", "more/tickets.yaml", "--known", "caller.calls_24h=1")
    assert "one ticket" in walked.out


def test_failed_talk_shows_its_line_and_its_story(run: Run, shop: Path) -> None:  # noqa: F811
    file = shop / "tests" / "shop.yaml"
    file.write_text(TALKS.replace("hears: Goodbye", "hears: Farewell"), encoding="utf-8")
    outcome = run("flow", "test", "flows")
    assert outcome.code == 1
    assert "flows/tests/shop.yaml:6" in outcome.out
    assert "the talk says  hears: Farewell" in outcome.out
    assert "the server ends the call" in outcome.out
    told = json.loads(run("flow", "test", "flows", "--json").out)
    assert told["talks"][0]["failure"]["line"] == 6


def test_talks_without_their_flow_and_broken_talks_fail(run: Run, shop: Path) -> None:  # noqa: F811
    (shop / "gone.talk.yaml").write_text(TALKS, encoding="utf-8")
    (shop / "tests" / "shop.yaml").write_text("talks: {One: [x]}", encoding="utf-8")
    outcome = run("flow", "test", "flows")
    assert outcome.code == 1
    assert "no flow `gone` in flows" in outcome.out
    assert "flows/tests/shop.yaml:1: unknown line" in outcome.out


def test_talk_asks_the_person_what_comes_from_outside(run: Run, tmp_path: Path) -> None:  # noqa: F811
    text = """\
start: points
steps:
  points: {python: loyalty, into: points, next: tell, failed: bye}
  tell: {say: "{points|number} points.", next: bye}
  bye: {say: Goodbye.}
"""
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    outcome = run("flow", "talk", "shop.yaml", stdin="points=five six\npoints=21\n")
    assert "points would ask outside; type points=… or: next, failed" in outcome.out
    assert "▸ twenty-one points." in outcome.out
    assert "points." not in run("flow", "talk", "shop.yaml", stdin="failed\n").out
