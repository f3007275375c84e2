"""The kinds of steps, one small file each: the fields, what the step needs, and how it runs.

Start with ``say``. A new kind: a subclass of :class:`callserver.ivr.step.Step` in a file of its
own, an entry in ``KINDS``, and a good and two bad examples in ``tests/flows``; then
``python -m callserver.ivr.reference``. Comes in: ``ivr/library``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from callserver.ivr.nodes.callback import CallBack
from callserver.ivr.nodes.callback_again import CallBackAgain
from callserver.ivr.nodes.collect import Collect
from callserver.ivr.nodes.contact import ReadContact
from callserver.ivr.nodes.dial import DialOut
from callserver.ivr.nodes.goto import Goto
from callserver.ivr.nodes.hangup import Hangup
from callserver.ivr.nodes.hours import Hours
from callserver.ivr.nodes.language import ChooseLanguage
from callserver.ivr.nodes.lookup import Lookup
from callserver.ivr.nodes.menu import Menu
from callserver.ivr.nodes.play import Play
from callserver.ivr.nodes.python import Python
from callserver.ivr.nodes.queue import Queue
from callserver.ivr.nodes.say import Say
from callserver.ivr.nodes.set import Set
from callserver.ivr.nodes.subflow import Subflow
from callserver.ivr.nodes.survey import Survey
from callserver.ivr.nodes.switch import Switch
from callserver.ivr.nodes.transfer import Transfer
from callserver.ivr.nodes.voicemail import Voicemail
from callserver.ivr.nodes.wait import Wait
from callserver.ivr.nodes.webhook import Webhook
from callserver.ivr.step import Step

_ALL: tuple[type[Step], ...] = (
    Say,
    Play,
    Menu,
    Collect,
    ChooseLanguage,
    Set,
    Switch,
    Hours,
    Goto,
    Wait,
    Subflow,
    Queue,
    DialOut,
    Transfer,
    CallBack,
    CallBackAgain,
    Voicemail,
    Survey,
    Hangup,
    ReadContact,
    Lookup,
    Webhook,
    Python,
)

KINDS: Mapping[str, type[Step]] = MappingProxyType({kind.kind: kind for kind in _ALL})
