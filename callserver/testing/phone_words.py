"""What a phone and its process say to each other: one JSON object a line, tagged by its type.

Down: :class:`Numbered` orders; :class:`Done` carries the number back. Up: :data:`Report`. A call is
named by ``call``: ``o1``, ``o2`` … for calls out, ``i1`` … for calls in.
"""

import msgspec


class _Word(msgspec.Struct, frozen=True, tag=True):
    pass


class Setup(_Word, frozen=True):
    """The process's only argument."""

    name: str
    host: str
    port: int
    transport: str
    codecs: tuple[str, ...]
    log_dir: str


class Register(_Word, frozen=True):
    """``server`` is ``host:port``."""

    server: str
    username: str
    password: str
    expires: int


class Unregister(_Word, frozen=True):
    pass


class Close(_Word, frozen=True):
    """Hang up, unregister, exit."""


class Dial(_Word, frozen=True):
    call: str
    uri: str
    number: str
    name: str
    username: str
    password: str
    headers: dict[str, str]


class Reply(_Word, frozen=True):
    """Answer a call that rings here with ``code`` (180, 200, 486 …)."""

    call: str
    code: int


class HangUp(_Word, frozen=True):
    call: str


class SendTone(_Word, frozen=True):
    """A steady tone; ``frequency`` 0: silence again."""

    call: str
    frequency: int


class SendFile(_Word, frozen=True):
    """Play a WAV file once, instead of the tone."""

    call: str
    path: str


class SendDigits(_Word, frozen=True):
    """``method`` is ``rfc4733`` or ``info``."""

    call: str
    digits: str
    method: str


class Hold(_Word, frozen=True):
    call: str


class Resume(_Word, frozen=True):
    call: str


class Record(_Word, frozen=True):
    """Write what is heard to a WAV file; an empty ``path`` closes it."""

    call: str
    path: str


class Transfer(_Word, frozen=True):
    """Ask the other side to call ``uri`` instead (REFER); with ``other``, to take the place of this
    phone in that call of it (REFER with Replaces)."""

    call: str
    uri: str = ""
    other: str = ""


class Listen(_Word, frozen=True):
    """Report what is heard as :class:`Heard`, or stop that."""

    call: str
    on: bool


Order = (
    Register
    | Unregister
    | Close
    | Dial
    | Reply
    | HangUp
    | SendTone
    | SendFile
    | SendDigits
    | Hold
    | Resume
    | Record
    | Transfer
    | Listen
)


class Numbered(msgspec.Struct, frozen=True):
    """An order on its way down."""

    id: int
    order: Order


class Ready(_Word, frozen=True):
    """The phone is up: its SIP port, and the UDP port where an empty datagram wakes it."""

    port: int
    wake_port: int


class Done(_Word, frozen=True):
    """The order was carried out, or (``error`` not empty) could not be."""

    id: int
    error: str = ""


class Registration(_Word, frozen=True):
    """The registrar's final word. ``expires`` 0: not registered."""

    code: int
    reason: str
    expires: int


class Incoming(_Word, frozen=True):
    """Somebody calls. ``invite`` is the whole message as it came."""

    call: str
    remote: str
    sip_call_id: str
    invite: str


class State(_Word, frozen=True):
    """``state`` is ``calling``, ``ringing``, ``answered`` or ``ended``; ``code`` the last SIP
    status."""

    call: str
    state: str
    code: int
    reason: str
    sip_call_id: str


class Media(_Word, frozen=True):
    """The sound was (re)negotiated. ``hold`` is ``none``, ``local`` (we hold), ``remote`` or
    ``lost`` (no sound possible)."""

    call: str
    hold: str
    codec: str


class Digit(_Word, frozen=True):
    """The other side pressed a key; ``method`` as in :class:`SendDigits`."""

    call: str
    digit: str
    method: str


class Transferred(_Word, frozen=True):
    """News of a transfer: a SIP status (0: the REFER itself was refused)."""

    call: str
    code: int


class Heard(_Word, frozen=True):
    """200 ms of what is heard: 8 kHz 16-bit mono."""

    call: str
    pcm: bytes


Report = Ready | Done | Registration | Incoming | State | Media | Digit | Transferred | Heard
