"""The database, behind ``Store`` of :mod:`callserver.model.ports`; the only room that knows SQL.

Start with ``sql`` (the doors, one line each), then ``calls`` and ``codec``. ``schema`` is what lies
on disk, ``migrations`` how it got there, ``engine`` connections, transactions and errors. Only
``app`` and ``cli`` come in, and take nothing but :class:`SqlStore` and :func:`without_password`.
"""

from callserver.store.engine import without_password
from callserver.store.sql import SqlStore

__all__ = ["SqlStore", "without_password"]
