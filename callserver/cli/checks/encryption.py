"""TLS: the port, the certificate, how long it lasts."""

import math
import time
from pathlib import Path

from callserver.cli.checks.finding import Finding, fail, ok, warn
from callserver.cli.checks.network import listening
from callserver.config import Config
from callserver.edge.certificate import Certificate
from callserver.model.errors import ConfigError

SOON_DAYS = 14


def tls_port(config: Config) -> Finding:
    """Where phones speak TLS."""
    sip = config.sip
    if not sip.tls_port:
        return ok("sip tls port", "off (sip.tls_port is 0)")
    return listening(config, "sip tls port", sip.bind, sip.tls_port, "sip", ("TCP",))


def certificate(config: Config) -> Finding:
    """A certificate that has run out shuts every phone on TLS out, at once."""
    sip = config.sip
    if not sip.tls_port or sip.tls_certificate is None or sip.tls_key is None:
        return ok("certificate", "none is needed: sip.tls_port is 0")
    try:
        read = Certificate(sip.tls_certificate, sip.tls_key)
    except ConfigError as error:
        return fail("certificate", str(error), "correct the files; a running server keeps its own")
    return judge(sip.tls_certificate, math.floor(read.days_left(time.time())))


def judge(file: Path, days: int) -> Finding:
    """A certificate that is good for so many more days."""
    cure = "renew it and put it in place: a running server takes it up by itself"
    if days < 0:
        return fail("certificate", f"{file} ran out {-days} days ago", cure)
    found = f"{file} is good for {days} more days"
    return warn("certificate", found, cure) if days < SOON_DAYS else ok("certificate", found)
