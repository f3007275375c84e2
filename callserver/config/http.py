"""The options of API, health and metrics."""

from ipaddress import ip_network

from pydantic import Field, field_validator

from callserver.config.section import Port, Section


class Http(Section):
    """API, health and metrics."""

    bind: str = Field("127.0.0.1", description="Address; put TLS in front before opening it.")
    port: Port = Field(8080, description="TCP port.")
    max_body_bytes: int = Field(1 << 20, ge=1024, description="Larger request bodies get 413.")
    proxies: tuple[str, ...] = Field(
        (),
        description="Reverse proxies in front, CIDR (`127.0.0.1/32`): from them, and from nobody "
        "else, X-Forwarded-For is believed. Without it all clients behind one count as one.",
    )
    max_connections: int = Field(
        500, ge=8, description="Connections at once; each may hold 256 KiB of half a request."
    )
    max_connections_per_address: int = Field(
        100, ge=1, description="Of these, for one address: an office behind one NAT fits in."
    )
    requests_per_s: float = Field(
        100.0, gt=0, description="Requests a second from one address; more get 429."
    )
    requests_burst: int = Field(400, ge=1, description="How many may come at once.")
    token_requests_per_s: float = Field(
        50.0, gt=0, description="Requests a second with one token; calls come first."
    )
    token_requests_burst: int = Field(200, ge=1, description="How many may come at once.")
    bad_tokens_per_min: int = Field(
        20,
        ge=1,
        description="Bad tokens from one address; more get 429. Good ones are not held up.",
    )

    @field_validator("proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ip_network(proxy)
        return proxies
