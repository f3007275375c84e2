"""The OpenAPI 3.1 document, read from the typed handlers themselves, so that it cannot be wrong.

Start in ``describe`` (one operation, then all), then ``schemas`` (shapes of bodies and answers),
``parameters`` (path, query, headers), ``answers`` (what may come back) and ``examples`` (a value
that fits a shape). Pure: operations in, a document out. Only ``web.docs`` comes in, which serves
it.
"""

from callserver.web.openapi.describe import document

__all__ = ["document"]
