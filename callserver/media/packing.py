"""The forker's memory, laid out so that its workers share as much of it as can be.

A page that a worker writes to becomes its own. Without this it would write to many where it has
nothing to write:

- The interpreter's cache of attribute lookups holds a name in each of its places. The lookups of a
  worker would put the forker's names out, a page each.
- Free room among the forker's objects is taken first, a few bytes here and a few there.
- The cycle collector writes to every object it looks at.
"""

import ctypes
import gc
import sys

# Objects of up to 512 bytes live in pools of their size, everything else in the heap.
_SMALL = range(48, 513, 16)
_A_POOL = 1 << 16
_BYTES_HEADER = sys.getsizeof(b"")
_PIECES = (*(1 << power for power in range(16, 10, -1)), *range(1024, 23, -16))
_FROM_THE_TOP = 120_000
_MOST = 1 << 23  # bytes; there is less than a tenth of it to fill

_malloc = ctypes.CDLL(None).malloc
_malloc.restype = ctypes.c_void_p
_malloc.argtypes = (ctypes.c_size_t,)

_fillers: list[bytes] = []


def pack() -> None:
    """Once, when everything is imported, before the first fork."""
    gc.collect()
    sys._clear_type_cache()
    _fill_pools()
    _fill_heap()
    gc.freeze()


def _fill_pools() -> None:
    for size in _SMALL:
        _fillers.extend(bytes(size - _BYTES_HEADER) for _ in range(_A_POOL // size))


def _fill_heap() -> None:
    """Take every free piece below the top of the heap, and keep it."""
    top, room = _malloc(_FROM_THE_TOP) or 0, _MOST
    for size in _PIECES:
        while room > 0 and (_malloc(size) or top) < top:
            room -= size
