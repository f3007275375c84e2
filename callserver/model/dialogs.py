"""SIP dialogs, as they outlive the controller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptDialog:
    """One dialog between a worker and a peer that is not over. ``tag`` is that of the side which
    sent the INVITE; with ``call_id`` it names the dialog. ``state`` is the front door's own, read
    by nobody else (``sip/kept.py``)."""

    call_id: str
    tag: str
    worker: str
    state: str
