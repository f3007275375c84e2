"""OAuth tokens of a connector: asked for when there is none, renewed before and when they end.

Some CRMs give a new refresh token each time one is used, so what came last is kept in a file that
only this server can read: the one in the configuration is worthless after its first use.
"""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from callserver import log
from callserver.crm.connectors.base import Connector
from callserver.model.connectors import Http
from callserver.model.errors import ConfigError, OutsideError
from callserver.model.ports import Clock

EARLY_S: Final = 60.0
"""So long before its end a token is not used any more."""
LIFE_S: Final = 3600.0
"""Of a token of which nobody says how long it lives."""

_log = log.get("connector")


class _Kept(Struct):
    """``seed``: which secret of the configuration it began with."""

    access: str = ""
    ends_at: float = 0.0
    refresh: str = ""
    seed: str = ""


class Tokens:
    """Of one connector."""

    def __init__(self, connector: Connector, http: Http, file: Path, clock: Clock) -> None:  # type: ignore[type-arg]
        self._connector = connector
        self._http = http
        self._file = file
        self._clock = clock
        self._kept: _Kept | None = None
        self._renewing: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """One that is good now. Raises ``ConfigError`` (no secret), ``OutsideError``."""
        now = self._clock.now()
        if (made := self._connector.token(now)) is not None:
            return made
        kept = self._load()
        return kept.access if kept.ends_at - EARLY_S > now else await self.renew(kept.access)

    async def renew(self, bad: str) -> str:
        """Another one than ``bad``, which they do not take; however many ask, one asks them."""
        if (made := self._connector.token(self._clock.now())) is not None:
            return made
        if self._renewing is None:
            self._kept = None  # a command may have renewed it meanwhile, and the file is the truth
            if (kept := self._load()).access not in ("", bad):
                return kept.access
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._ask(self._load()), name="connector.token")
            self._renewing.add_done_callback(self._renewed)
        return await asyncio.shield(self._renewing)

    def _renewed(self, task: asyncio.Task[str]) -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # whoever waited has it

    async def _ask(self, kept: _Kept) -> str:
        now, options = self._clock.now(), self._connector.options
        ask = self._connector.grant(kept.refresh, now)
        url = ask.path if "://" in ask.path else f"{options.url}{ask.path}"
        reply = await self._http.fetch(
            ask, url, private=options.private, timeout_s=options.timeout_s
        )
        if reply.status != 200:
            said = reply.text("error_description") or reply.text("error")
            raise OutsideError(f"no token: answered {reply.status} {said}".strip())
        access = reply.text("access_token")
        if not access:
            raise OutsideError("no token: its answer has none")
        lives = reply.text("expires_in")
        life_s = float(lives) if lives.isdigit() else LIFE_S
        refresh = reply.text("refresh_token") or kept.refresh
        self._kept = _Kept(access, now + life_s, refresh, _digest(self._connector.seed()))
        await asyncio.to_thread(self._save, self._kept)
        return access

    def _load(self) -> _Kept:
        if self._kept is None:
            self._kept = _Kept()
            try:
                self._kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
            except FileNotFoundError:
                pass
            except (OSError, msgspec.MsgspecError) as error:
                _log.warning("connector_token_unreadable", file=str(self._file), error=str(error))
        if self._kept.seed != _digest(self._connector.seed()):
            self._kept = _Kept()
        return self._kept

    def _save(self, kept: _Kept) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fd, name = tempfile.mkstemp(dir=self._file.parent)  # readable by this user alone
            with os.fdopen(fd, "wb") as file:
                file.write(msgspec.json.encode(kept))
                file.flush()
                os.fsync(fd)
            Path(name).replace(self._file)
        except OSError as error:
            raise ConfigError(f"{self._file}: the token cannot be kept: {error}") from error


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:16]
