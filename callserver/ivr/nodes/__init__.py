"""The kinds of steps, one small file each: the fields, what the step needs, and how it runs.

Start with ``say``. A new kind: a subclass of :class:`callserver.ivr.step.Step` in a file of its
own, an entry in ``KINDS``, and a good and a bad example in ``tests/ivr/flows``. Comes in:
``ivr/library``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from callserver.ivr.nodes.hangup import Hangup
from callserver.ivr.nodes.menu import Menu
from callserver.ivr.nodes.play import Play
from callserver.ivr.nodes.queue import Queue
from callserver.ivr.nodes.say import Say
from callserver.ivr.step import Step

KINDS: Mapping[str, type[Step]] = MappingProxyType(
    {kind.kind: kind for kind in (Hangup, Menu, Play, Queue, Say)}
)
