"""Our certificate: read, and read again when its files change."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from callserver import log
from callserver.model.errors import ConfigError

# TLS 1.2 with forward secrecy and authenticated encryption; those of TLS 1.3 are all of that kind.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
DAY_S = 86400.0

_PEM_END = "-----END CERTIFICATE-----"
_CONTEXT_0 = 0xA0
_UTC_TIME = 0x17

_log = log.get("edge")

Signature = tuple[tuple[int, int, int], ...]


def hardened(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, with TLS 1.2 and current ciphers at least. A peer cannot have us reckon a new
    handshake within a connection."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Raises ``OSError`` (``ssl.SSLError`` is one): a file cannot be read, or they do not fit."""
    context = hardened(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_cert_chain(certificate, key, password=lambda: "")  # never ask at a terminal
    return context


def client_context(authorities: Path | None) -> ssl.SSLContext:
    """For connections to trunks, whose certificate and name are verified. Raises ``OSError``."""
    return hardened(ssl.create_default_context(cafile=authorities))


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag of the DER element at a place, where its content starts and where it ends."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[at + 2 : start], "big")
    return data[at], start, start + length


def ends_at(pem: str) -> float:
    """When the first certificate of a PEM text ends to be valid (``notAfter``, RFC 5280 section
    4.1.2.5), in seconds since 1970. The text is one that OpenSSL has read before."""
    first = pem[pem.index("-----BEGIN CERTIFICATE-----") : pem.index(_PEM_END) + len(_PEM_END)]
    data = ssl.PEM_cert_to_DER_cert(first)
    _, at, _ = _element(data, 0)  # Certificate
    _, at, _ = _element(data, at)  # TBSCertificate
    if data[at] == _CONTEXT_0:  # version
        at = _element(data, at)[2]
    for _ in ("serialNumber", "signature", "issuer"):
        at = _element(data, at)[2]
    _, at, _ = _element(data, at)  # Validity
    at = _element(data, at)[2]  # notBefore
    tag, start, end = _element(data, at)
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(data[start:end].decode(), form).replace(tzinfo=UTC).timestamp()


class Certificate:
    """What new connections get: ``context``, valid until ``ends_at``. Raises ``ConfigError``."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._seen = self._signature()
        try:
            self.context, self.ends_at = self._read()
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"sip.tls_certificate {certificate} and sip.tls_key {key}: {error}; both must be "
                "PEM files that belong together, the key without a passphrase"
            ) from error

    def days_left(self, now: float) -> float:
        """Negative: it has run out."""
        return (self.ends_at - now) / DAY_S

    def _signature(self) -> Signature | None:
        try:
            states = [file.stat() for file in self._files]
        except OSError:
            return None
        return tuple((state.st_mtime_ns, state.st_size, state.st_ino) for state in states)

    def _read(self) -> tuple[ssl.SSLContext, float]:
        return server_context(*self._files), ends_at(self._files[0].read_text("latin-1"))

    def refresh(self, now: float) -> None:
        """Look at the files. Bad ones are named once; what was read before stays in use."""
        signature = self._signature()
        if signature == self._seen:
            return
        self._seen = signature
        try:
            self.context, self.ends_at = self._read()
        except (OSError, ValueError) as error:
            _log.error(
                "tls_certificate_refused",
                files=", ".join(map(str, self._files)),
                error=str(error),
                cure="the one read before is used; see callserver doctor",
            )
        else:
            _log.info("tls_certificate_loaded", days_left=round(self.days_left(now)))
