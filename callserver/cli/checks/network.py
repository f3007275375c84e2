"""Ports and addresses."""

import errno
import socket
from ipaddress import ip_address
from pathlib import Path

from callserver.cli.checks.finding import Finding, fail, ok, warn
from callserver.cli.shared import server_runs
from callserver.config import Config

_KINDS = {"UDP": socket.SOCK_DGRAM, "TCP": socket.SOCK_STREAM}
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def server(config: Config) -> Finding:
    """Two servers on one configuration would take each other's calls."""
    if server_runs(config):
        return ok("server", "one runs with this configuration; its ports are not judged")
    return ok("server", "none runs with this configuration")


def sip(config: Config) -> Finding:
    """The public face."""
    return listening(config, "sip ports", config.sip.bind, config.sip.port, "sip", ("UDP", "TCP"))


def internal(config: Config) -> Finding:
    """Where the call workers speak to the front door."""
    port = config.sip.internal_port
    return listening(config, "internal sip port", "127.0.0.1", port, "sip.internal", ("UDP",))


def http(config: Config) -> Finding:
    """API, health and metrics."""
    return listening(config, "http port", config.http.bind, config.http.port, "http", ("TCP",))


def rtp(config: Config) -> Finding:
    """Every port of the range, one after the other."""
    first, last = config.rtp.first_port, config.rtp.last_port
    found = f"UDP {config.rtp.bind}:{first}-{last}"
    if server_runs(config):
        return ok("rtp ports", f"{found}, in the hands of the running server")
    taken = []
    for port in range(first, last + 1):
        if (error := _bind("UDP", config.rtp.bind, port)) is not None:
            if error.errno != errno.EADDRINUSE:
                return _refused("rtp ports", found, "rtp", error)
            taken.append(port)
    if taken:
        return warn(
            "rtp ports",
            f"{found}: {len(taken)} are taken, the first is {taken[0]}",
            f"end what holds them (`ss -lunp 'sport = :{taken[0]}'`), or move rtp.first_port and "
            "rtp.last_port",
        )
    if (given := _ephemeral()) and given[0] <= last and first <= given[1]:
        return warn(
            "rtp ports",
            f"{found} are free, but the system gives out {given[0]}-{given[1]} to everybody",
            "move rtp.first_port and rtp.last_port below that range, or the range "
            "(sysctl net.ipv4.ip_local_port_range)",
        )
    return ok("rtp ports", f"{found} are free")


def slices(config: Config) -> Finding:
    """How many calls may end and begin before the ports of the former ones have rested. That there
    are enough for the calls themselves is checked when the configuration is read."""
    total = (config.rtp.last_port - config.rtp.first_port + 1) // config.rtp.ports_per_call
    spare = total - config.server.capacity - config.server.spare_workers
    found = f"{total} calls fit into the range, {spare} more than there may be"
    if not config.rtp.rest_s:
        return ok("rtp slices", found)
    per_minute = int(spare * 60 / config.rtp.rest_s)
    found += f": {per_minute} calls a minute may end and make room at once in a full house"
    if per_minute < config.server.capacity:
        return warn(
            "rtp slices",
            found,
            "widen rtp.first_port..rtp.last_port, so that callers are not sent away by ports that "
            "still rest (rtp.rest_s)",
        )
    return ok("rtp slices", found)


def nat(config: Config) -> Finding:
    """A private address in SDP is the usual cause of calls without sound."""
    if config.sip.public_host:
        return ok("nat", f"phones are told to use {config.sip.public_host}")
    if config.sip.bind != "0.0.0.0":
        return ok("nat", f"phones are told to use {config.sip.bind}, which sip.bind names")
    address = _main_address()
    if address is None:
        return warn(
            "nat",
            "this machine has no route to the internet",
            "set sip.public_host to the address phones and trunks reach it at",
        )
    if ip_address(address).is_private:
        return warn(
            "nat",
            f"phones are told to use {address}, a private address",
            "right when all phones and trunks are in this network; otherwise set sip.public_host "
            "to the public address and forward the SIP and RTP ports to this machine",
        )
    return ok("nat", f"phones are told to use {address}")


def listening(
    config: Config, check: str, host: str, port: int, section: str, kinds: tuple[str, ...]
) -> Finding:
    """Whether a port can be listened on; ``section`` is where it is configured."""
    found = f"{' and '.join(kinds)} {host}:{port}"
    if server_runs(config):
        return ok(check, f"{found}, in the hands of the running server")
    for kind in kinds:
        if (error := _bind(kind, host, port)) is not None:
            if error.errno == errno.EADDRINUSE:
                flag = "u" if kind == "UDP" else "t"
                return fail(
                    check,
                    f"{kind} {host}:{port} is taken by another program",
                    f"`ss -l{flag}np 'sport = :{port}'` names it; end it, or choose another port "
                    f"in section {section.partition('.')[0]}",
                )
            return _refused(check, f"{kind} {host}:{port}", section.partition(".")[0], error)
    return ok(check, f"{found}: free")


def _refused(check: str, found: str, section: str, error: OSError) -> Finding:
    if error.errno == errno.EACCES:
        cure = "ports below 1024 are for root alone; choose a higher one"
    elif error.errno == errno.EADDRNOTAVAIL:
        cure = f"{section}.bind must be an address of this machine (`ip address`), or 0.0.0.0"
    else:
        cure = f"correct {section}.bind and the port"
    return fail(check, f"{found} cannot be listened on: {error.strerror}", cure)


def _bind(kind: str, host: str, port: int) -> OSError | None:
    with socket.socket(socket.AF_INET, _KINDS[kind]) as probe:
        if kind == "TCP":  # as the server does: connections of a former one do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _main_address() -> str | None:
    """The address packets to the internet would carry; asks the routing table, sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that nobody has
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def _ephemeral() -> tuple[int, int] | None:
    try:
        low, high = _EPHEMERAL.read_text().split()
    except (OSError, ValueError):
        return None
    return int(low), int(high)
