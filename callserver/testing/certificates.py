"""Certificates for tests, made by the ``openssl`` command."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Files:
    """PEM files; the certificate is its own authority."""

    certificate: Path
    key: Path

    def settings(self, port: int) -> dict[str, Any]:
        """Options of section ``sip``."""
        return {
            "tls_port": port,
            "tls_certificate": str(self.certificate),
            "tls_key": str(self.key),
        }


async def make(
    folder: Path, name: str = "server", *, host: str = "127.0.0.1", days: int = 90
) -> Files:
    """A new certificate for an address, over what is there under this name."""
    files = _files(folder, name)
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", str(days), "-subj", f"/CN={name}"),
        *("-addext", f"subjectAltName=IP:{host}"),
        *("-keyout", str(files.key), "-out", str(files.certificate)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"openssl: {said.decode(errors='replace')}")
    return files


def _files(folder: Path, name: str) -> Files:
    folder.mkdir(parents=True, exist_ok=True)
    return Files(folder / f"{name}.crt", folder / f"{name}.key")
