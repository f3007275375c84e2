"""Which address to tell others."""

import socket


def is_address(host: str) -> bool:
    """Whether this is an IPv4 address rather than a name."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):
        return False
    return True


def primary_address() -> str:
    """The address this machine uses towards the world; loopback when it has no network. Nothing is
    sent: connecting a UDP socket only asks the routing table (192.0.2.1 is a documentation one)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


def public_host(configured: str | None, bind: str) -> str:
    """The host to write into Contact and SDP: what is configured, or where we listen."""
    if configured:
        return configured
    return primary_address() if bind in ("", "0.0.0.0") else bind
