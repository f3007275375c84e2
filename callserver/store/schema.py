"""The tables. A change here needs a new file in ``migrations/versions``; a test compares the two.

Times are seconds since 1970, durations seconds. Counters are 64 bits wide, because some of them
come from the network. ``journal`` is the truth about the past; ``calls``, ``legs``, ``recordings``
and ``audit`` are folds of it, kept for quick lists.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

# SQLite makes a row id only out of a column that is called INTEGER.
_Counter = BigInteger().with_variant(Integer, "sqlite")

journal = Table(
    "journal",
    metadata,
    Column("seq", _Counter, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("call", String),
    Column("agent", String),
    Column("kind", String, nullable=False),
    Column("body", JSON, nullable=False),
    Index("journal_call", "call", "seq"),
    # Readers that follow the journal keep the last number they saw: none may come twice.
    sqlite_autoincrement=True,
)

Index(
    "journal_agent",
    journal.c.agent,
    journal.c.seq,
    sqlite_where=journal.c.kind == "AgentChanged",
    postgresql_where=journal.c.kind == "AgentChanged",
)

# How far each run of a controller is written: a fact that comes twice (the controller died between
# writing it here and forgetting it in its spool) is known by its number.
marks = Table(
    "marks",
    metadata,
    Column("run", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("id", String, primary_key=True),
    Column("direction", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("line", String, nullable=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("trunk", String),
    Column("sip_call_id", String, nullable=False),
    Column("worker", String, nullable=False),
    Column("offered_at", Double, nullable=False),
    Column("answered_at", Double),
    Column("queue", String),
    Column("queued_at", Double),
    Column("agent", String),
    Column("talking_at", Double),
    Column("ended_at", Double),
    Column("result", String),
    Column("reason", String),
    Column("flow", String),
    Column("flow_version", String),
    Column("step", String),
    Column("waited_s", Double, nullable=False),
    Column("talked_s", Double, nullable=False),
    Column("held_s", Double, nullable=False),
    Column("held_since", Double),
    Column("holding", JSON, nullable=False, server_default="[]"),
    Column("gaps", JSON, nullable=False, server_default="[]"),
    Column("digits", BigInteger, nullable=False),
    Column("missed_by", JSON, nullable=False),
    Column("survey", JSON, nullable=False, server_default="{}"),
    Column("callback_of", String),
    # Each filter of a list together with the time it is sorted by.
    Index("calls_queue", "queue", "offered_at", "id"),
    Index("calls_agent", "agent", "offered_at", "id"),
    Index("calls_line", "line", "offered_at", "id"),
    Index("calls_number", "number", "offered_at", "id"),
    Index("calls_result", "result", "offered_at", "id"),
    Index("calls_offered_at", "offered_at", "id"),
    # For counting endings without reading the calls.
    Index("calls_ending", "result", "reason"),
)
Index(
    "calls_open",
    calls.c.id,
    sqlite_where=calls.c.result.is_(None),
    postgresql_where=calls.c.result.is_(None),
)

legs = Table(
    "legs",
    metadata,
    Column("call", String, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("leg", String, nullable=False),
    Column("agent", String),
    Column("end", String, nullable=False),
    Column("code", BigInteger, nullable=False),
    Column("ended_at", Double, nullable=False),
    # LegStats; all null when the leg had none.
    Column("codec", String),
    Column("rx_packets", BigInteger),
    Column("rx_lost", BigInteger),
    Column("rx_jitter_ms", Double),
    Column("tx_packets", BigInteger),
    Column("tx_lost", BigInteger),
    Column("tx_jitter_ms", Double),
    Column("round_trip_ms", Double),
    Column("silent_s", Double),
    Column("srtp", Boolean),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", String, primary_key=True),
    Column("call", String, ForeignKey("calls.id"), nullable=False),
    Column("path", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("sample_rate", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("repaired", Boolean, nullable=False),
    Index("recordings_call", "call"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("call", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("line", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("priority", BigInteger, nullable=False),
    Column("entered_at", Double, nullable=False),
    Column("why", String, nullable=False, server_default="fault"),
    Column("state", String, nullable=False, server_default="open"),
    Column("attempts", JSON, nullable=False, server_default="[]"),
    Column("not_before", Double),
    Column("not_after", Double),
    Column("closed_at", Double),
    Column("language", String, nullable=False, server_default=""),
    Column("merged_into", String),
    Index("callbacks_queue", "queue", "entered_at"),
    Index("callbacks_number", "number", "state"),
)

voicemails = Table(
    "voicemails",
    metadata,
    Column("voicemail", String, primary_key=True),
    Column("call", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("mailbox", String, nullable=False),
    Column("line", String, nullable=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("path", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("sample_rate", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("repaired", Boolean, nullable=False),
    Column("queue", String),
    Column("assignee", String),
    Column("done_at", Double),
    Column("done_by", String, nullable=False, server_default=""),
    Column("deleted_at", Double),
    Index("voicemails_mailbox", "mailbox", "voicemail"),
    Index("voicemails_call", "call"),
    Index("voicemails_number", "number", "voicemail"),
)

# Who asked not to be called, by number (E.164).
do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number", String, primary_key=True),
    Column("since", Double, nullable=False),
    Column("until", Double),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
)

# What customers were asked, and said (null: nothing). ``of`` is the call it is about.
survey_answers = Table(
    "survey_answers",
    metadata,
    Column("call", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("queue", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("of", String, nullable=False),
    Column("answer", String),
    Index("survey_answers_at", "at"),
)

# Customers who are called to be asked, by the call it is about.
surveys = Table(
    "surveys",
    metadata,
    Column("call", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("line", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("language", String, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("state", String, nullable=False),
    Column("made", String),
    Column("made_at", Double),
    Column("closed_at", Double),
    Index("surveys_number", "number", "made_at"),
    Index("surveys_state", "state"),
    Index("surveys_at", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("actor", String, nullable=False),
    Column("role", String, nullable=False),
    Column("action", String, nullable=False),
    Column("target", String, nullable=False),
    Column("remote", String, nullable=False),
    Column("outcome", String, nullable=False),
    Index("audit_actor", "actor", "id"),
    Index("audit_action", "action", "id"),
    Index("audit_target", "target", "id"),
    Index("audit_at", "at"),
)

# What requests with an Idempotency-Key came to; the key is a digest of token and key.
answers = Table(
    "answers",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("request", String, nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("location", String, nullable=False),
    Column("body", String, nullable=False),
    Column("secret", Boolean, nullable=False),
    Index("answers_at", "at"),
)

agents = Table(
    "agents",
    metadata,
    Column("username", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("queues", JSON, nullable=False),
    Column("ha1_md5", String, nullable=False),
    Column("ha1_sha256", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("penalties", JSON, nullable=False, server_default="{}"),
    Column("skills", JSON, nullable=False, server_default="{}"),
    Column("languages", JSON, nullable=False, server_default="[]"),
    Column("capacity", BigInteger, nullable=False, server_default="1"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
    Index("tokens_digest", "digest", unique=True),
)

bindings = Table(
    "bindings",
    metadata,
    Column("agent", String, primary_key=True),
    Column("contact", String, primary_key=True),
    Column("hop", String, nullable=False),
    Column("sip_call_id", String, nullable=False),
    Column("cseq", BigInteger, nullable=False),
    Column("user_agent", String, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("registered_at", Double, nullable=False),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("tag", String, primary_key=True),
    Column("worker", String, nullable=False),
    Column("state", String, nullable=False),
)

bans = Table(
    "bans",
    metadata,
    Column("address", String, primary_key=True),
    Column("since", Double, nullable=False),
    Column("until", Double),
    Column("reason", String, nullable=False),
    Column("strikes", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("note", String, nullable=False),
)
