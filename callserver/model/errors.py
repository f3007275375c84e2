"""The one root of the project's exceptions; every docstring tells the cure."""


class CallServerError(Exception):
    """Something the operator can act on; the message says what and how."""


class ConfigError(CallServerError):
    """The configuration contradicts itself or names something that is not there.
    Cure: mend the key named in the message; ``callserver config check`` lists all at once."""


class StoreError(CallServerError):
    """The database could not be reached or written. Cure: ``callserver doctor``; calls go on, and
    facts are written when it is back."""


class StoreBehind(StoreError):
    """The store does not hold what it should (its file was deleted, or an older backup is in its
    place). Cure: none needed, the journal goes back to ``number`` and writes again what the spool
    still has."""

    def __init__(self, number: int) -> None:
        super().__init__("the database is older than the journal; writing again what is spooled")
        self.number = number


class NoWorker(CallServerError):
    """No call worker could be had: capacity reached, no RTP ports rested, or the forker is away.
    Cure: raise ``server.capacity`` or ``rtp.ports``; callers get 503 with Retry-After."""


class PromptError(CallServerError):
    """A prompt could not be synthesised or read. Cure: the message names the file or the voice."""


class FlowError(CallServerError):
    """A flow file has a mistake. Cure: the message names file, step and what to write instead."""


class UnknownName(CallServerError):
    """An agent, queue, line or call of that name does not exist. Cure: list them and correct it."""


class NotAllowed(CallServerError):
    """The change does not fit the present state. Cure: the message says what would."""


class OnACall(NotAllowed):
    """They talk with somebody, or are rung for somebody. Cure: ask again later."""


class NotDialled(NotAllowed):
    """A number is not to be called. Cure: `outgoing` in the configuration or the do-not-call list,
    if it should."""


class OutsideError(CallServerError):
    """Another server did not answer in time, or with something else than was asked for.
    Cure: the message names the destination and what came; ask whoever runs it."""


class ImportBroken(CallServerError):
    """The process that takes in a table ended before its work. Cure: the log says why; send the
    table again."""
