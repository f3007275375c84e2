"""Fake CRMs: each keeps calls as the real one does, and behaves as badly as it is told to.

``server`` is the HTTP they share, with its faults; ``book`` what they keep; each CRM has a file
with what it answers. A fake enforces what the public documentation says: who may ask, which fields
are required, how often, and what a second request for the same call does.
"""

from callserver.testing.crms.bitrix24 import FakeBitrix24 as FakeBitrix24
from callserver.testing.crms.book import Crm as Crm
from callserver.testing.crms.freshdesk import FakeFreshdesk as FakeFreshdesk
from callserver.testing.crms.hubspot import FakeHubspot as FakeHubspot
from callserver.testing.crms.liveagent import FakeLiveAgent as FakeLiveAgent
from callserver.testing.crms.odoo import FakeOdoo as FakeOdoo
from callserver.testing.crms.salesforce import FakeSalesforce as FakeSalesforce
from callserver.testing.crms.salesforce import FakeSalesforceVoice as FakeSalesforceVoice
from callserver.testing.crms.server import FAULTS as FAULTS
from callserver.testing.crms.server import CrmServer as CrmServer
from callserver.testing.crms.zammad import FakeZammad as FakeZammad
from callserver.testing.crms.zendesk import FakeZendesk as FakeZendesk

CRMS: tuple[type[Crm], ...] = (
    FakeBitrix24,
    FakeZammad,
    FakeHubspot,
    FakeZendesk,
    FakeFreshdesk,
    FakeSalesforce,
    FakeSalesforceVoice,
    FakeLiveAgent,
    FakeOdoo,
)
