"""The HTTP room: API under ``/api/v1``, health, readiness, metrics.

Start reading in ``api`` (the table of operations: what there is), then ``operation`` (how one typed
handler becomes a route), then any resource: ``calls``, ``recordings``, ``agents``, ``queues``,
``health``. ``asks`` holds what clients may send, ``views`` what they get, ``problems`` every error,
``access`` who may do what (default: nobody). ``gate`` turns away who asks too much (``origin``:
whom a request counts for; ``rate``: the buckets), ``connection`` who is too slow; ``once`` carries
out once what comes twice, ``stream`` tells what happens as it happens, ``trail`` keeps who heard,
changed, exported what. ``server`` puts it on a port.

``openapi`` reads the document from the handlers, ``docs`` serves it and its page (``ui/docs``).

To add an operation: a method with typed parameters on its resource, a line in ``api.operations``,
a line in ``access.ROLES``; the tests demand the rest. What the document needs is in the signature
and the docstring (first sentence: the summary); ``may`` and ``raw`` of ``Operation`` say the rest.

``aiohttp`` stays in this folder. Only the app comes in, through ``Web``; the room itself sees the
brains (``call/quality``), ``people``, ``tokens``, tools and words.
"""

from callserver.web.server import Web

__all__ = ["Web"]
