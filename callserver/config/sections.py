"""Every option with its default and its reason. ``config/callserver.yaml`` shows the same list, a
test compares the two. Contradictions are refused when the configuration is read, with the key."""

from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from callserver.config.calendar import Calendar as Calendar
from callserver.config.call_me import CallMe as CallMe
from callserver.config.connectors import AnyConnector as AnyConnector
from callserver.config.connectors import check as check_connectors
from callserver.config.features import Features as Features
from callserver.config.hooks import Hooks as Hooks
from callserver.config.http import Http as Http
from callserver.config.imports import Imports as Imports
from callserver.config.ivr import Ivr as Ivr
from callserver.config.lookup import Lookup as Lookup
from callserver.config.mail import Mail as Mail
from callserver.config.mail import Message as Message
from callserver.config.outgoing import LineCalls
from callserver.config.outgoing import Outgoing as Outgoing
from callserver.config.outside import Destination as Destination
from callserver.config.places import Place as Place
from callserver.config.queues import Agents as Agents
from callserver.config.queues import Queue as Queue
from callserver.config.queues import Routing as Routing
from callserver.config.recording import Recording as Recording
from callserver.config.section import Name, Port, Seconds
from callserver.config.section import Section as Section
from callserver.config.shield import Shield as Shield
from callserver.config.sla import SlaProfile as SlaProfile
from callserver.config.speech import Speech as Speech
from callserver.config.storage import Storage as Storage


class Server(Section):
    """The server as a whole."""

    data_dir: Path = Field(
        Path("var"), description="Working files: database, prompt cache, sockets, call tracks."
    )
    capacity: int = Field(100, ge=1, description="Calls at once; more get 503 with Retry-After.")
    spare_workers: int = Field(
        2,
        ge=0,
        description="Idle call workers kept ready, so that a call need not wait for a fork; each "
        "costs 4 MB and 0.02 % of a core.",
    )
    retry_after_s: int = Field(10, ge=1, description="What Retry-After says when full.")
    drain_s: Seconds = Field(
        3600.0, description="How long a stop waits for running calls before it ends them."
    )
    memory_mib: int = Field(
        1024,
        ge=64,
        description="Memory of the controller (it needs about 100); from 90 % of it on, /readyz "
        "says so. Call workers are not counted.",
    )


class Sip(Section):
    """The SIP front door."""

    bind: str = Field("0.0.0.0", description="Address the public face listens on (UDP and TCP).")
    port: Port = Field(5060, description="Public port, UDP and TCP.")
    public_host: str | None = Field(
        None,
        description="Address phones and trunks are told to use; set it behind NAT. Default: the "
        "bind address, or this machine's main address when bound to all.",
    )
    internal_port: Port = Field(
        15060, description="Loopback UDP port where call workers speak to the front door."
    )
    tls_port: int = Field(
        0, ge=0, le=65535, description="Public TLS port (5061 is the usual one); 0: no TLS."
    )
    tls_certificate: Path | None = Field(
        None,
        description="PEM file: our certificate, then those that signed it. Read again when it "
        "changes; connections that are up stay up.",
    )
    tls_key: Path | None = Field(
        None, description="PEM file: the key of tls_certificate, without a passphrase."
    )
    tls_ca: Path | None = Field(
        None,
        description="PEM file: who may have signed the certificates of trunks that we call over "
        "TLS; default: whom this machine trusts.",
    )
    realm: str = Field(
        "callserver",
        min_length=1,
        description="Digest realm. Passwords are stored hashed with it: changing it voids them.",
    )
    digests: tuple[Literal["SHA-256", "MD5"], ...] = Field(
        ("SHA-256", "MD5"),
        min_length=1,
        description="Digests asked of phones, the first one preferred (RFC 8760). Put MD5 first "
        "for phones that give up at a first word they do not know.",
    )
    nonce_ttl_s: Seconds = Field(300.0, description="Age at which a nonce is called stale.")
    min_expires_s: int = Field(60, ge=1, description="Shortest registration accepted (423 below).")
    max_expires_s: int = Field(3600, ge=1, description="Longest registration granted.")
    max_contacts: int = Field(5, ge=1, description="Phones an agent may register at once.")
    max_message_bytes: int = Field(
        16384, ge=1024, le=65535, description="Larger SIP messages are refused with 513."
    )
    requests_per_s: float = Field(
        50.0, gt=0, description="New requests per second from one address before silence."
    )
    requests_burst: int = Field(200, ge=1, description="How many may come at once.")
    max_connections: int = Field(
        2000,
        ge=1,
        description="Connections (TCP, TLS) at once. Beyond that strangers give way, the oldest "
        "first; phones and trunks that have signed in stay.",
    )

    @model_validator(mode="after")
    def _check(self) -> "Sip":
        if self.min_expires_s > self.max_expires_s:
            raise ValueError("min_expires_s must not be greater than max_expires_s")
        if self.port == self.internal_port:
            raise ValueError("port and internal_port must differ")
        if self.tls_port and (self.tls_certificate is None or self.tls_key is None):
            raise ValueError("tls_port needs tls_certificate and tls_key")
        if self.tls_port == self.port:
            raise ValueError("port and tls_port must differ")
        return self


class Rtp(Section):
    """Where the sound flows, straight between phones and call workers."""

    bind: str = Field("0.0.0.0", description="Address RTP sockets are bound to.")
    public_host: str | None = Field(
        None, description="Address written into SDP; default: as sip.public_host."
    )
    first_port: int = Field(20000, ge=1024, le=65000, description="First UDP port of the range.")
    last_port: int = Field(29999, ge=1024, le=65535, description="Last UDP port of the range.")
    ports_per_call: int = Field(
        16,
        ge=8,
        multiple_of=2,
        description="Slice of the range each worker gets: RTP and RTCP for four legs, twice.",
    )
    dead_media_s: Seconds = Field(
        60.0,
        description="A leg from which no sound came for so long is ended (its silence is on record "
        "after 5 s); 0: never.",
    )
    rest_s: Seconds = Field(
        30.0,
        description="A slice rests this long after its call, so that late packets of the last call "
        "never enter the next.",
    )
    srtp: Literal["off", "asked", "offered", "required"] = Field(
        "offered",
        description="Encrypted sound (SDES). asked: for those who ask for it. offered: phones on "
        "TLS are also offered it, in a way that others may ignore. required: phones on TLS get "
        "no call without it.",
    )

    @model_validator(mode="after")
    def _check(self) -> "Rtp":
        if self.first_port % 2:
            raise ValueError("first_port must be even (RFC 3550 section 11)")
        if self.last_port - self.first_port + 1 < self.ports_per_call:
            raise ValueError("the range first_port..last_port holds not even one call")
        return self


class Log(Section):
    """Logging, to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Threshold.")
    form: Literal["text", "json"] = Field("text", description="For people, or for machines.")


class Trunk(Section):
    """A provider: who may send us calls without digest, and where we send calls out."""

    addresses: tuple[str, ...] = Field(
        (), description="Networks calls may come from, CIDR (`203.0.113.0/28`, `198.51.100.7/32`)."
    )
    hosts: tuple[str, ...] = Field(
        (), description="`host[:port]` for outgoing calls, tried in this order."
    )
    transport: Literal["udp", "tcp", "tls"] = Field(
        "udp", description="How its hosts are reached; over TLS their certificate is verified."
    )
    srtp: Literal["off", "offered", "required"] = Field(
        "off",
        description="Encrypted sound of outgoing calls. Without TLS anybody on the way can read "
        "the keys.",
    )
    username: str = Field("", description="Digest user for outgoing calls.")
    password: str = Field("", repr=False, description="Digest password for outgoing calls.")

    @field_validator("addresses")
    @classmethod
    def _networks(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses:
            ip_network(address)
        return addresses

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """The addresses as networks."""
        return tuple(IPv4Network(address) for address in self.addresses)


class Line(Section):
    """A number that customers dial."""

    flow: str = Field(description="Flow in ivr_flows/ that answers, by its file name.")
    language: Literal["en", "ru", "uk", "lv"] | None = Field(
        None, description="Language; default speech.language."
    )
    title: str = Field("", description="What people call this line.")
    caller: str = Field(
        "",
        description="The number shown outside by calls that are made for this line: in a call to "
        "it, to those who called it and are called back, and from its queues; empty: "
        "outgoing.caller.",
    )
    outgoing: LineCalls = Field(
        default_factory=LineCalls,
        description="How many calls may show it: `{calls_at_once: 10, per_hour: 120, per_day: "
        "600}`. A number that calls too often is soon marked as spam.",
    )


class Config(Section):
    """The whole configuration."""

    server: Server = Field(default_factory=Server)
    sip: Sip = Field(default_factory=Sip)
    shield: Shield = Field(default_factory=Shield)
    rtp: Rtp = Field(default_factory=Rtp)
    http: Http = Field(default_factory=Http)
    store: Storage = Field(default_factory=Storage)
    recording: Recording = Field(default_factory=Recording)
    speech: Speech = Field(default_factory=Speech)
    agents: Agents = Field(default_factory=Agents)
    routing: Routing = Field(default_factory=Routing)
    outgoing: Outgoing = Field(default_factory=Outgoing)
    features: Features = Field(default_factory=Features)
    ivr: Ivr = Field(default_factory=Ivr)
    webhooks: Hooks = Field(default_factory=Hooks)
    lookup: Lookup = Field(default_factory=Lookup)
    imports: Imports = Field(default_factory=Imports)
    call_me: CallMe = Field(default_factory=CallMe)
    mail: Mail = Field(default_factory=Mail)
    messages: dict[str, Message] = Field(
        default_factory=dict,
        description="Services that take messages to people over HTTP (`callserver webhook add "
        "message:NAME`), by name: `{sms: {url: https://sms.example.com/send, headers: "
        "{Authorization: env:SMS_KEY}, body: {to: '{number}', text: '{text}'}}}`. Places in the "
        "body: text, subject, number (the customer's), event, id (stays when it is sent again).",
    )
    log: Log = Field(default_factory=Log)
    flows_dir: Path = Field(Path("ivr_flows"), description="Folder of the flows.")
    destinations: dict[str, Destination] = Field(
        default_factory=dict,
        description="Servers that flows may ask and tell, by name; no other is ever spoken to: "
        "`{crm: {url: https://crm.example.com/api, headers: {Authorization: …}}}`. More keys: "
        "`private: true` if it may live at a private address, `max_answer_bytes`, `at_once`.",
    )
    sla: dict[str, SlaProfile] = Field(
        default_factory=dict,
        description="What is promised to clients, by name; companies name one, the others have "
        "`default`: `{default: {reaction_s: 3600, resolution_s: 86400, hours: office}}`.",
    )
    trunks: dict[str, Trunk] = Field(default_factory=dict)
    lines: dict[str, Line] = Field(default_factory=dict)
    queues: dict[str, Queue] = Field(default_factory=dict)
    hours: dict[str, Calendar] = Field(default_factory=dict)
    places: dict[str, Place] = Field(default_factory=dict)
    connectors: dict[Name, AnyConnector] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> "Config":
        slices = (self.rtp.last_port - self.rtp.first_port + 1) // self.rtp.ports_per_call
        if slices < self.server.capacity + self.server.spare_workers:
            raise ValueError(
                f"rtp: the port range serves {slices} workers, but server.capacity and "
                f"server.spare_workers ask for {self.server.capacity + self.server.spare_workers}; "
                "widen rtp.first_port..rtp.last_port"
            )
        if self.outgoing.trunk and self.outgoing.trunk not in self.trunks:
            raise ValueError(
                f"outgoing.trunk: there is no trunk {self.outgoing.trunk!r}; there are: "
                f"{', '.join(self.trunks) or 'none'}"
            )
        for name, queue in self.queues.items():
            if queue.hours and queue.hours not in self.hours:
                raise ValueError(
                    f"queues.{name}.hours: there are no hours {queue.hours!r}; there are: "
                    f"{', '.join(self.hours) or 'none'}"
                )
            if queue.line and queue.line not in self.lines:
                raise ValueError(
                    f"queues.{name}.line: there is no line {queue.line!r}; there are: "
                    f"{', '.join(self.lines) or 'none'}"
                )
        for name, profile in self.sla.items():
            if profile.hours and profile.hours not in self.hours:
                raise ValueError(
                    f"sla.{name}.hours: there are no hours {profile.hours!r}; there are: "
                    f"{', '.join(self.hours) or 'none'}"
                )
        for name, place in self.places.items():
            if place.trunk not in self.trunks:
                raise ValueError(
                    f"places.{name}.trunk: there is no trunk {place.trunk!r}; there are: "
                    f"{', '.join(self.trunks) or 'none'}"
                )
        check_connectors(self.connectors, self.queues)
        self.lookup.check(self.connectors.keys() | self.destinations.keys())
        return self

    @model_validator(mode="after")
    def _check_call_me(self) -> "Config":
        for fault in self.call_me.faults(self.queues, self.lines, self.destinations):
            raise ValueError(f"call_me.{fault}")
        for fault in self.mail.faults(self.queues, self.hours):
            raise ValueError(f"mail.{fault}")
        return self

    @property
    def run_dir(self) -> Path:
        """Sockets of the running processes."""
        return self.server.data_dir / "run"

    @property
    def spool_dir(self) -> Path:
        """Facts on their way into the database."""
        return self.server.data_dir / "spool"

    @property
    def control_socket(self) -> Path:
        """Where forker, workers and the CLI reach the controller."""
        return self.run_dir / "controller.sock"

    @property
    def webhooks_key(self) -> Path:
        """What the secrets of webhooks are made with."""
        return self.server.data_dir / "webhooks.key"

    @property
    def connectors_dir(self) -> Path:
        """The tokens of connectors that renew theirs."""
        return self.server.data_dir / "connectors"

    @property
    def imports_dir(self) -> Path:
        """Tables that came over the API, and what came of them."""
        return self.server.data_dir / "imports"

    @property
    def call_me_key(self) -> Path:
        """What the keys to requests of `/call-me` are made with."""
        return self.server.data_dir / "call-me.key"

    @property
    def tracks_dir(self) -> Path:
        """Mono tracks of running calls, until their stereo file is made."""
        return self.server.data_dir / "tracks"

    @property
    def prompts_cache(self) -> Path:
        """Synthesised prompts and music."""
        return self.server.data_dir / "prompts"

    @property
    def store_url(self) -> str:
        """The database, with the default filled in."""
        return self.store.url or f"sqlite+aiosqlite:///{self.server.data_dir / 'callserver.db'}"
