"""What a caller brings along to a queue, besides the place."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ticket:
    """``skills`` are the least levels (1-10) of each skill an agent must have, ``language`` the one
    they must speak (empty: any). ``agent`` is the caller's own (the last one, or the owner of the
    account), whom they wait for alone at first. ``number``: who comes back within a while has the
    place they had. ``been`` are the queues they overflowed from. ``one_by_one``: there is one leg
    for the agents who are rung for them, whatever the strategy of the queue. ``callback``: they are
    not on the line but will be called, so no rule about waiting is for them."""

    skills: dict[str, int] = field(default_factory=dict)
    language: str = ""
    agent: str = ""
    number: str = ""
    been: tuple[str, ...] = ()
    one_by_one: bool = False
    callback: bool = False


NOTHING = Ticket()
