"""All metrics in one file, with help text and named buckets. Names follow the glossary.

One :class:`Metrics` per controller, with a registry of its own, so that two servers in one test
process do not mix. Labels never carry numbers, names of callers or addresses.
"""

from functools import cached_property

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

WAIT_BUCKETS_S = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200)
TALK_BUCKETS_S = (5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
HOOK_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 43200, 259200)
SETUP_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2)


class Metrics:
    """Counters, gauges and histograms of one server."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.calls = Counter(
            "callserver_calls", "Calls ended, by how.", ["result", "reason"], registry=registry
        )
        self.calls_now = Gauge("callserver_calls_now", "Calls in progress.", registry=registry)
        self.waiting_now = Gauge(
            "callserver_waiting_now", "Callers waiting, by queue.", ["queue"], registry=registry
        )
        self.agents_now = Gauge(
            "callserver_agents_now", "Agents, by state.", ["state"], registry=registry
        )
        self.paused_now = Gauge(
            "callserver_agents_paused_now",
            "Agents paused, by reason.",
            ["reason"],
            registry=registry,
        )
        self.pauses = Counter(
            "callserver_agent_pauses", "Pauses begun, by reason.", ["reason"], registry=registry
        )
        self.estimate_held = Gauge(
            "callserver_estimate_held_ratio",
            "Share of the waits since the start that lay within their estimate (0.8 is the aim).",
            ["queue"],
            registry=registry,
        )
        self.estimate_error = Gauge(
            "callserver_estimate_error_seconds",
            "How far the middle of an estimate was off, on average since the start.",
            ["queue"],
            registry=registry,
        )
        self.wait = Histogram(
            "callserver_wait_seconds",
            "Time in queue until answered or left.",
            ["queue"],
            buckets=WAIT_BUCKETS_S,
            registry=registry,
        )
        self.talk = Histogram(
            "callserver_talk_seconds",
            "Conversation, hold included.",
            ["queue"],
            buckets=TALK_BUCKETS_S,
            registry=registry,
        )
        self.setup = Histogram(
            "callserver_setup_seconds",
            "From INVITE at the front door to our 200.",
            buckets=SETUP_BUCKETS_S,
            registry=registry,
        )
        self.missed = Counter(
            "callserver_agent_missed",
            "Calls an agent's phone did not take, by why.",
            ["why"],
            registry=registry,
        )
        self.recordings = Counter(
            "callserver_recordings", "Recordings, by outcome.", ["outcome"], registry=registry
        )
        self.recording_gaps = Counter(
            "callserver_recording_gaps",
            "Times in which a conversation was not recorded, though it should have been, by why.",
            ["why"],
            registry=registry,
        )
        self.recording_free_bytes = Gauge(
            "callserver_recording_free_bytes",
            "Space on the disks that recordings are written to: `tracks` while the calls run, "
            "`recordings` afterwards.",
            ["folder"],
            registry=registry,
        )
        self.media_lost = Counter(
            "callserver_media_lost",
            "Legs from which no sound came for 5 s, though they should send.",
            ["leg"],
            registry=registry,
        )
        self.repairs = Counter(
            "callserver_repairs",
            "What did not fit together and was put right: agent, session, worker, dialog.",
            ["what"],
            registry=registry,
        )
        self.workers_now = Gauge(
            "callserver_workers_now", "Call workers, by state.", ["state"], registry=registry
        )
        self.workers_lost = Counter(
            "callserver_workers_lost", "Call workers that died in a call.", registry=registry
        )
        self.sip_requests = Counter(
            "callserver_sip_requests",
            "SIP requests at the public face, by method and what became of them (the status we "
            "answered with, `forwarded`, or `dropped`).",
            ["method", "outcome"],
            registry=registry,
        )
        self.sip_auth_failures = Counter(
            "callserver_sip_auth_failures", "Digests that did not verify.", registry=registry
        )
        self.phones_now = Gauge("callserver_phones_now", "Phones registered.", registry=registry)
        self.sip_connections_now = Gauge(
            "callserver_sip_connections_now",
            "TCP and TLS connections at the SIP door; sip.max_connections at most.",
            registry=registry,
        )
        self.tls_handshakes = Counter(
            "callserver_tls_handshakes",
            "TLS handshakes at the SIP door: `done`, `failed`, `late` (too slow), `refused` (too "
            "many).",
            ["outcome"],
            registry=registry,
        )
        self.tls_days_left = Gauge(
            "callserver_tls_days_left",
            "Days until the certificate of the SIP door runs out; +Inf: it has none.",
            registry=registry,
        )
        self.journal_backlog = Gauge(
            "callserver_journal_backlog", "Facts not yet in the database.", registry=registry
        )
        self.store_failures = Counter(
            "callserver_store_failures", "Writes the database refused.", registry=registry
        )
        self.spool_failures = Counter(
            "callserver_spool_failures", "Writes the disk of the spool refused.", registry=registry
        )
        self.facts_lost = Counter(
            "callserver_facts_lost",
            "Facts lost for ever: neither database nor spool took them and memory had `no_room`, "
            "or the spool's disk made them `unreadable`.",
            ["why"],
            registry=registry,
        )
        self.http_requests = Counter(
            "callserver_http_requests",
            "HTTP requests, by operation (`none`: no such route) and status.",
            ["operation", "status"],
            registry=registry,
        )
        self.http_refused = Counter(
            "callserver_http_refused",
            "HTTP requests and connections turned away to protect the rest, by why.",
            ["why"],
            registry=registry,
        )
        self.http_connections_now = Gauge(
            "callserver_http_connections_now", "HTTP connections open.", registry=registry
        )
        self.open_files_now = Gauge(
            "callserver_open_files_now", "Open files of the controller.", registry=registry
        )
        self.open_files_limit = Gauge(
            "callserver_open_files_limit", "How many it may have.", registry=registry
        )
        self.rtp_slices_now = Gauge(
            "callserver_rtp_slices_now",
            "Slices of the RTP ports: `used` by a worker, `resting` after one, `free`.",
            ["state"],
            registry=registry,
        )
        self.memory_bytes = Gauge(
            "callserver_memory_bytes", "Resident memory of the controller.", registry=registry
        )
        self.memory_limit_bytes = Gauge(
            "callserver_memory_limit_bytes", "server.memory_mib.", registry=registry
        )
        self.clock_set_by = Gauge(
            "callserver_clock_set_by_seconds",
            "By how much somebody has set the system's clock since the controller started.",
            registry=registry,
        )
        self.processes_now = Gauge(
            "callserver_processes_now",
            "Processes of this server: controller, forker, workers.",
            registry=registry,
        )
        self.processes_limit = Gauge(
            "callserver_processes_limit",
            "How many the system allows; 0: it sets no limit.",
            registry=registry,
        )
        self.capacity = Gauge(
            "callserver_capacity",
            "server.capacity: how many calls there may be at once.",
            registry=registry,
        )
        self.calls_unrecorded = Counter(
            "callserver_calls_unrecorded",
            "Refused calls of a flood, counted and without a record, by why.",
            ["reason"],
            registry=registry,
        )
        self.outside = Counter(
            "callserver_outside_requests",
            "Requests of flows to other servers: `ok`, `failed`, `late`, `dropped` (too many under "
            "way).",
            ["destination", "outcome"],
            registry=registry,
        )
        self.dialling_denied = Counter(
            "callserver_dialling_denied",
            "Numbers agents dialled and were not let, by why; `door`: a worker called where nobody "
            "had allowed it.",
            ["why"],
            registry=registry,
        )
        self.flow_mistakes = Gauge(
            "callserver_flow_mistakes",
            "Mistakes in the files of flows; until they are mended, older versions are in use.",
            registry=registry,
        )
        self.bans = Counter(
            "callserver_bans",
            "Addresses banned at the SIP door, by why.",
            ["why"],
            registry=registry,
        )
        self.bans_now = Gauge(
            "callserver_bans_now", "Addresses that get no answer.", registry=registry
        )
        self.shield_dropped = Counter(
            "callserver_shield_dropped",
            "Packets and connections of banned addresses, unread.",
            registry=registry,
        )
        self.shield_table = Gauge(
            "callserver_shield_table",
            "Entries in each table of the shield; all are bounded.",
            ["table"],
            registry=registry,
        )

    @cached_property
    def flow_dials(self) -> Counter:
        """What came of the calls that flows made."""
        return Counter(
            "callserver_flow_dials",
            "Calls that flows (and queues that send outside) made for their callers, by what came "
            "of them: `answered`, `busy`, `no_answer`, `refused`, `failed`. One of a list counts "
            "for itself, those rung at once are one.",
            ["outcome"],
            registry=self.registry,
        )

    @cached_property
    def hooks(self) -> "HookMetrics":
        """Those of webhooks."""
        return HookMetrics(self.registry)

    @cached_property
    def surveys(self) -> "SurveyMetrics":
        """Those of asking customers what they think."""
        return SurveyMetrics(self.registry)

    @cached_property
    def callbacks(self) -> "CallbackMetrics":
        """Those of calling people back."""
        return CallbackMetrics(self.registry)


class SurveyMetrics:
    """Those of asking customers what they think."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.questions = Counter(
            "callserver_survey_questions",
            "Questions of surveys, in the call or by a call of ours: `asked`, and of those "
            "`answered`.",
            ["outcome"],
            registry=registry,
        )
        self.calls = Counter(
            "callserver_survey_calls",
            "Customers who were to be called and asked, by what came of it.",
            ["outcome"],
            registry=registry,
        )


class HookMetrics:
    """Those of webhooks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter(
            "callserver_hooks",
            "Webhooks sent, by id and what came of it: `delivered`, `failed` (it is tried again), "
            "`dead` (it is not).",
            ["hook", "outcome"],
            registry=registry,
        )
        self.backlog = Gauge(
            "callserver_hook_backlog",
            "Events that wait for a webhook.",
            ["hook"],
            registry=registry,
        )
        self.down = Gauge(
            "callserver_hook_down",
            "1: the webhook does not answer, or is stopped.",
            ["hook"],
            registry=registry,
        )
        self.delay = Histogram(
            "callserver_hook_delay_seconds",
            "From the event to the answer that took it.",
            buckets=HOOK_BUCKETS_S,
            registry=registry,
        )


class CallbackMetrics:
    """Those of calling people back."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.closed = Counter(
            "callserver_callbacks",
            "Requests to be called back that are over, by their final state.",
            ["state"],
            registry=registry,
        )
        self.open = Gauge(
            "callserver_callbacks_now",
            "Requests to be called back that are open.",
            ["queue"],
            registry=registry,
        )
        self.attempts = Counter(
            "callserver_callback_attempts",
            "Calls to customers who are called back, by what came of them.",
            ["outcome"],
            registry=registry,
        )
