"""People and machines that may come in: agents, their phones, API tokens."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class AgentAccount:
    """An agent as the store keeps it. The password itself is nowhere: ``ha1_*`` are the digests
    of ``username:realm:password`` (RFC 8760) that verify a phone. ``queues`` are queue names,
    ``penalties`` those that are not 0, by queue (a lower one is asked first); ``skills`` are levels
    1-10, ``languages`` what the agent speaks (none: all), ``capacity`` calls at once."""

    username: str
    name: str
    queues: tuple[str, ...]
    ha1_md5: str = field(repr=False)
    ha1_sha256: str = field(repr=False)
    created_at: float
    penalties: dict[str, int] = field(default_factory=dict)
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class CallerPast:
    """What the calls of a number tell of it: ``calls`` since some time (this one not), callbacks
    they wait for, and the agent who spoke with them last."""

    calls: int = 0
    open_callbacks: int = 0
    last_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """One phone of an agent, as it registered (RFC 3261 section 10).

    ``contact`` is the phone's own URI; ``hop`` is how its last REGISTER really reached us
    (``udp*192.0.2.7*5062``), which is where calls to it are sent.
    """

    agent: str
    contact: str
    hop: str
    sip_call_id: str
    cseq: int
    user_agent: str
    expires_at: float
    registered_at: float


class Role(StrEnum):
    """What the bearer of an API token may do; the table is in ``web/access.py``."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    QA = "qa"
    CRM = "crm"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Token:
    """An API token. The secret is shown once; ``digest`` is its SHA-256 (the secret has 256 random
    bits, so a slow hash would add nothing)."""

    id: str
    name: str
    role: Role
    digest: str = field(repr=False)
    created_at: float
    revoked_at: float | None = None
