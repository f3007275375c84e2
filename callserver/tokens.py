"""API tokens: kept in memory for the web room, written through to the store.

A secret is ``cs_`` and 43 URL-safe characters (256 random bits). It is shown once, when it is made;
the store has only its SHA-256.
"""

import hashlib
import hmac
import secrets
from dataclasses import replace

from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.ids import new_id
from callserver.model.people import Role, Token
from callserver.model.ports import Clock
from callserver.model.store_ports import Store

PREFIX = "cs_"
SECRET_BYTES = 32
MAX_NAME = 100

ACTOR = "token:"
"""Before the id, it says in the audit log that somebody with this token did it."""


def digest(secret: str) -> str:
    """What the store keeps of a secret: SHA-256, as hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens:
    """All API tokens of this server, the revoked ones too (they are the audit trail)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._by_digest: dict[str, Token] = {}

    async def load(self) -> None:
        """Read all tokens from the store (at start, and when the CLI changed them)."""
        self._keep({token.id: token for token in await self._store.tokens()})

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, oldest first."""
        return tuple(self._tokens[id_] for id_ in sorted(self._tokens))

    def token(self, id_: str) -> Token | None:
        """The token of this id, revoked or not."""
        return self._tokens.get(id_)

    async def create(self, name: str, role: Role) -> tuple[Token, str]:
        """A new token and its secret. Raises ``NotAllowed`` (no name, or too long a one)."""
        if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
            raise NotAllowed(f"a token needs a name of 1 to {MAX_NAME} printable characters")
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = Token(new_id(), name, role, digest(secret), self._clock.now())
        await self._save(token)
        return token, secret

    async def revoke(self, id_: str) -> Token:
        """Make a token worthless, for ever. Raises ``UnknownName``, ``NotAllowed`` (already)."""
        token = self._tokens.get(id_)
        if token is None:
            raise UnknownName(f"no token {id_!r}; `callserver token list` shows the ids")
        if token.revoked_at is not None:
            raise NotAllowed(f"token {id_!r} is revoked already")
        token = replace(token, revoked_at=self._clock.now())
        await self._save(token)
        return token

    def verify(self, secret: str) -> Token | None:
        """The valid token of this secret. Compared in constant time; the look-up is by digest, so
        its timing tells nothing about the secret."""
        wanted = digest(secret)
        token = self._by_digest.get(wanted)
        if token is None or not hmac.compare_digest(token.digest, wanted):
            return None
        return token if token.revoked_at is None else None

    async def _save(self, token: Token) -> None:
        await self._store.save_token(token)
        self._keep({**self._tokens, token.id: token})

    def _keep(self, tokens: dict[str, Token]) -> None:
        self._tokens = tokens
        self._by_digest = {token.digest: token for token in tokens.values()}
