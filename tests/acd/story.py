"""A story is a table that a phone engineer could type: when, what happens, what is decided.

One line: ``SECONDS | what happens | decision; decision``. What may happen::

    anna phones 1                anna answers c1              c1 joins support [PRIORITY [ENTERED]]
    anna asks ready              anna misses c1 no_answer     c1 leaves
    anna asks paused lunch       anna finishes c1             time
    anna serves support sales    anna dismissed               c1 joins support german=5 lang=lv
    anna can german:7 lv         anna has capacity 2          c1 joins support own=anna from=+371
    anna outside 1               anna longer 20               c1 moves 1
    anna turns c1 hold           anna picks c1                c1 priority 5
    support closes               support opens

and be decided: ``anna ready``, ``anna paused lunch``, ``anna talking, then paused lunch``,
``ring anna for c1``, ``hush anna for c1``, ``tell c1 2``,
``c1 leaves support full for queue:sales``.
Time does not pass unseen: a deadline before a line needs a ``time`` line of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random

from callserver.acd.decisions import AgentMoved, Announce, Decision, Divert, Offer, Retract
from callserver.acd.switchboard import Switchboard
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.agent import AgentState, Profile
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd
from callserver.model.ticket import Ticket

RULES = Agents(missed_pause_s=60, wrap_up_s=10)
QUEUES = {"support": Queue(announce_position_s=30), "sales": Queue(announce_position_s=0)}


def told(decision: Decision) -> str:
    """A decision as a story writes it."""
    match decision:
        case Offer(call, agent):
            return f"ring {agent} for {call}"
        case Announce(call, notice):
            asks = ["callback?"] if notice.callback else []
            said = [str(notice.position)] if notice.position else []
            return " ".join(["tell", call, *said, *filter(None, [notice.message]), *asks])
        case Divert(call, queue, why, to):
            return f"{call} leaves {queue} {why} for {to or 'flow'}"
        case Retract(call, agent):
            return f"hush {agent} for {call}"
        case AgentMoved(agent, state, reason):
            after = f", then {decision.wish.state} {decision.wish.reason}" if decision.wish else ""
            return f"{agent} {state} {reason}".strip() + after.rstrip()


def profile(name: str, queues: Iterable[str] = ("support",)) -> Profile:
    """An agent of these queues; ``support:2`` is a penalty of 2."""
    penalties = {queue.split(":")[0]: int(queue.partition(":")[2] or 0) for queue in queues}
    return Profile(name, name.title(), penalties)


def new_board(
    rules: Agents = RULES,
    queues: Mapping[str, Queue] = QUEUES,
    routing: Routing | None = None,
) -> Switchboard:
    """A board whose chance is the same every time."""
    chance = Random(1)  # noqa: S311 - repeatable, no secret
    return Switchboard(rules, queues, chance.randrange, routing)


def ticket(words: Iterable[str]) -> Ticket:
    """``german=5`` is a skill, ``lang=lv``, ``own=anna`` and ``from=NUMBER`` what they say."""
    said = dict(word.split("=") for word in words if "=" in word)
    language, own, number = said.pop("lang", ""), said.pop("own", ""), said.pop("from", "")
    skills = {skill: int(level) for skill, level in said.items()}
    return Ticket(skills, language, own, number)


def happen(board: Switchboard, what: str, now: float) -> list[Decision]:  # noqa: C901 - a table
    """Let one thing of a story happen."""
    match what.split():
        case [agent, "phones", count] if agent not in board.agents:
            return board.enroll(profile(agent), int(count), now)
        case [agent, "phones", count]:
            return board.phones(agent, int(count), now)
        case [agent, "serves", *queues]:
            known = board.agents.get(agent)
            phones = known.phones if known else 0
            return board.enroll(profile(agent, queues), phones, now)
        case [agent, "dismissed"]:
            return board.dismiss(agent, now)
        case [agent, "asks", state, *reason]:
            return board.request(agent, AgentState(state), " ".join(reason), now)
        case [agent, "answers", call]:
            return board.answered(call, agent, now)
        case [agent, "misses", call, why]:
            return board.missed(call, agent, LegEnd(why), now)
        case [agent, "finishes", call]:
            return board.finished(call, agent, now)
        case [call, "joins", queue, *more]:
            numbers = [float(word) for word in more if "=" not in word]
            priority, entered_at = [*numbers, *[0.0, now][len(numbers) :]]
            return board.join(call, queue, int(priority), entered_at, now, ticket(more))
        case [call, "moves", position]:
            return board.move(call, int(position), now)
        case [call, "priority", priority]:
            return board.set_priority(call, int(priority), now)
        case [agent, "picks", call]:
            return board.pick(call, agent, now)
        case [agent, "can", *words]:
            before = board.agents[agent]
            skills = {word.split(":")[0]: int(word.split(":")[1]) for word in words if ":" in word}
            languages = frozenset(word for word in words if ":" not in word)
            can = replace(before.profile, skills=skills, languages=languages)
            return board.enroll(can, before.phones, now)
        case [agent, "has", "capacity", count]:
            able = replace(board.agents[agent].profile, capacity=int(count))
            return board.enroll(able, board.agents[agent].phones, now)
        case [agent, "outside", count]:
            return board.outside(agent, int(count), now)
        case [agent, "longer", seconds]:
            return board.more_wrap_up(agent, float(seconds), now)
        case [agent, "turns", call, state]:
            return board.turned(call, agent, AgentState(state), now)
        case [queue, "closes"]:
            return board.close(queue, True, now)
        case [queue, "opens"]:
            return board.close(queue, False, now)
        case [call, "leaves"]:
            return board.leave(call, now)
        case ["time"]:
            return board.tick(now)
        case _:
            raise ValueError(f"a story does not know: {what}")


def play(
    story: str,
    rules: Agents = RULES,
    queues: Mapping[str, Queue] = QUEUES,
    routing: Routing | None = None,
) -> Switchboard:
    """Play a story from its beginning; the first line that comes out otherwise fails."""
    board = new_board(rules, queues, routing)
    for line in filter(None, map(str.strip, story.splitlines())):
        moment, what, expected = (" ".join(part.split()) for part in line.split("|"))
        now = float(moment)
        deadline = board.next_deadline()
        assert deadline is None or deadline >= now, f"{line}: nobody saw {deadline} pass"
        try:
            decided = "; ".join(map(told, happen(board, what, now)))
        except NotAllowed as refusal:
            decided = f"refused: {refusal}".split(";")[0].split(" out of")[0]
        assert decided == expected, f"{line}\n  decided: {decided}"
    return board
