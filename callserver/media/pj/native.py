"""The few PJSIP functions that pjsua2 does not wrap, by name from its shared object.

Why: with pjsua2 alone the bridge is driven by a clock thread and the sockets by a media thread,
150 to 200 wake-ups a second per call. Called from the worker's own loop it is 50, no thread is
left to race with, and everything done between two ticks happens on the same tick: that is what
keeps the two tracks of a recording aligned to the frame.
"""

import ctypes
from collections.abc import Callable
from functools import partial

from pjsua2 import _pjsua2
from pjsua2 import pjsua2 as pj

# PyDLL keeps the interpreter's lock: there is one thread, and taking turns with nobody costs time.
_lib = ctypes.PyDLL(_pjsua2.__file__)

PjError = pj.Error
"""What the library raises; ``reason`` says why."""

CLOCK_RATE = 8000
FRAME_MS = 20
SAMPLES_PER_FRAME = CLOCK_RATE * FRAME_MS // 1000
BYTES_PER_FRAME = 2 * SAMPLES_PER_FRAME


class _Frame(ctypes.Structure):
    """``pjmedia_frame`` (pjmedia/frame.h)."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buf", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("timestamp", ctypes.c_uint64),
        ("bit_info", ctypes.c_uint32),
    )


_lib.pjsua_handle_events.restype = None
_lib.pjmedia_port_get_frame.restype = None
_lib.pjsua_get_pjsip_endpt.restype = ctypes.c_void_p

poll: Callable[[], None] = partial(_lib.pjsua_handle_events, ctypes.c_uint(0))
"""Read what has come on all sockets and run the timers that are due; never waits."""


_buffer = ctypes.create_string_buffer(BYTES_PER_FRAME)
# Streams count their own RTP timestamps; the frame's is for codecs with silence detection.
_frame = _Frame(buf=ctypes.addressof(_buffer), size=BYTES_PER_FRAME)


def clock(master_port: int) -> Callable[[], None]:
    """What drives the conference bridge: each call moves one frame from everybody to everybody."""
    return partial(_lib.pjmedia_port_get_frame, ctypes.c_void_p(master_port), ctypes.byref(_frame))


def quiet() -> None:
    """Say nothing before the log level is configured."""
    _lib.pj_log_set_level(0)


def calls_alive() -> int:
    """Calls the stack still knows, those included whose BYE is not answered yet."""
    count: int = _lib.pjsua_call_get_count()
    return count


def set_transaction_timeout(milliseconds: int) -> None:
    """How long a request waits for its answer (timers B, F and H, RFC 3261 section 17)."""
    _lib.pjsip_tsx_set_timers(0, 0, 0, milliseconds)


def answer_request(transaction: int, request: int, code: int) -> None:
    """Answer a request inside a dialog that pjsua2 leaves to 500 (INFO of an unknown kind)."""
    endpoint = ctypes.c_void_p(_lib.pjsua_get_pjsip_endpt())
    response = ctypes.c_void_p()
    received = ctypes.c_void_p(request)
    if (
        _lib.pjsip_endpt_create_response(endpoint, received, code, None, ctypes.byref(response))
        == 0
    ):
        _lib.pjsip_tsx_send_msg(ctypes.c_void_p(transaction), response)
