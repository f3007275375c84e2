"""What ``doctor`` looks at. ``finding`` is what a check returns, the other files hold the checks by
topic; a new one gets a line here. Checks never raise: what stops them is a finding."""

from collections.abc import Callable, Iterator

from callserver.cli.checks import crm, encryption, machine, mail, network, outgoing, sound, storage
from callserver.cli.checks.finding import Finding, Verdict
from callserver.config import Config

__all__ = ["Finding", "Verdict", "examine"]

CHECKS: tuple[Callable[[Config], Finding], ...] = (
    network.server,
    network.sip,
    encryption.tls_port,
    encryption.certificate,
    network.internal,
    network.http,
    network.rtp,
    network.slices,
    network.nat,
    sound.codecs,
    sound.ffmpeg,
    sound.voices,
    storage.flows,
    outgoing.outgoing,
    mail.mail,
    crm.connectors,
    storage.database,
    storage.data_disk,
    storage.recordings_disk,
    machine.clock,
    machine.open_files,
    machine.processes,
    machine.control_socket,
)


def examine(config: Config) -> Iterator[Finding]:
    """One finding after the other, as they are made."""
    for check in CHECKS:
        yield check(config)
