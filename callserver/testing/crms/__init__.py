"""Fake CRMs: each keeps calls as the real one does, and behaves as badly as it is told to.

``server`` is the HTTP they share, with its faults; ``book`` what they keep; each CRM has a file
with what it answers. A fake enforces what the public documentation says: who may ask, which fields
are required, how often, and what a second request for the same call does.
"""

from callserver.testing.crms.bitrix24 import FakeBitrix24
from callserver.testing.crms.book import Crm, Record
from callserver.testing.crms.hubspot import FakeHubspot
from callserver.testing.crms.server import FAULTS, CrmServer
from callserver.testing.crms.zammad import FakeZammad

CRMS: tuple[type[Crm], ...] = (FakeBitrix24, FakeZammad, FakeHubspot)

__all__ = [
    "CRMS",
    "FAULTS",
    "Crm",
    "CrmServer",
    "FakeBitrix24",
    "FakeHubspot",
    "FakeZammad",
    "Record",
]
