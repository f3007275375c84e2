"""The torture messages of RFC 4475, all 49, and what must become of each. ``case`` says how one is
written down; ``valid``, ``invalid`` and ``application`` hold them in the order of the RFC."""

from tests.sip.torture.application import APPLICATION
from tests.sip.torture.invalid import INVALID
from tests.sip.torture.valid import VALID

CASES = (*VALID, *INVALID, *APPLICATION)

__all__ = ["CASES"]
