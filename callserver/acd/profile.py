"""What the distribution knows of an account."""

from callserver.model.agent import Profile
from callserver.model.people import AgentAccount


def profile(account: AgentAccount) -> Profile:
    """The queues, skills and languages of an agent."""
    return Profile(
        username=account.username,
        name=account.name,
        queues={queue: account.penalties.get(queue, 0) for queue in account.queues},
        skills=account.skills,
        languages=frozenset(account.languages),
        capacity=account.capacity,
    )
