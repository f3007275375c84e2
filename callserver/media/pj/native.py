"""The few PJSIP functions that pjsua2 does not wrap, by name from its shared object.

Why: with pjsua2 alone the bridge is driven by a clock thread and the sockets by a media thread,
150 to 200 wake-ups a second per call. Called from the worker's own loop it is 50, no thread is
left to race with, and everything done between two ticks happens on the same tick: that is what
keeps the two tracks of a recording aligned to the frame.
"""

import ctypes

import pjsua2 as pj

pj.Endpoint  # noqa: B018 - the package loads its library on first use; the forker must have it
from pjsua2 import _pjsua2  # noqa: E402

_lib = ctypes.CDLL(_pjsua2.__file__)
_BYTES_PER_SAMPLE = 2


class _Frame(ctypes.Structure):
    """``pjmedia_frame`` (pjmedia/frame.h)."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buf", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("timestamp", ctypes.c_uint64),
        ("bit_info", ctypes.c_uint32),
    )


_get_frame = _lib.pjmedia_port_get_frame
_get_frame.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Frame))
_create_response = _lib.pjsip_endpt_create_response
_create_response.argtypes = (
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_void_p),
)
_send_in_transaction = _lib.pjsip_tsx_send_msg
_send_in_transaction.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
_endpoint = _lib.pjsua_get_pjsip_endpt
_endpoint.restype = ctypes.c_void_p


class Clock:
    """Drives the conference bridge: one ``tick`` moves one frame from everybody to everybody."""

    def __init__(self, master_port: int, samples_per_frame: int) -> None:
        self._port = master_port
        self._samples = samples_per_frame
        self._size = samples_per_frame * _BYTES_PER_SAMPLE
        self._buffer = ctypes.create_string_buffer(self._size)
        self._frame = _Frame()
        self._pointer = ctypes.byref(self._frame)
        self._timestamp = 0

    def tick(self) -> None:
        frame = self._frame
        frame.buf = ctypes.addressof(self._buffer)
        frame.size = self._size
        frame.timestamp = self._timestamp
        self._timestamp += self._samples
        _get_frame(self._port, self._pointer)


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
    response = ctypes.c_void_p()
    if _create_response(_endpoint(), request, code, None, ctypes.byref(response)) == 0:
        _send_in_transaction(transaction, response)
