"""All rooms of the API that are about customers."""

from collections.abc import Collection

from callserver.crm.customers import Customers
from callserver.model.ports import Clock
from callserver.web.bulk import Bulk
from callserver.web.companies import Companies
from callserver.web.contact_exports import ContactExports
from callserver.web.contacts import Contacts
from callserver.web.merges import Merges
from callserver.web.operation import Operation
from callserver.web.tasks import Tasks
from callserver.web.timelines import Timelines


class CustomerRooms:
    """``country`` is where numbers without a country code are; ``profiles`` are the names in
    ``sla``."""

    def __init__(
        self,
        customers: Customers,
        clock: Clock,
        country: str,
        profiles: Collection[str],
        bulk: Bulk,
    ) -> None:
        book, histories = customers.book, customers.histories
        contacts = Contacts(book, clock, country)
        self._rooms = (
            ContactExports(book, bulk),  # before the contacts, who take any word for a number
            contacts,
            Companies(book, clock, profiles),
            Timelines(contacts, book, histories, customers, clock, country),
            Tasks(book, histories, customers, clock),
            Merges(histories, customers),
        )

    def operations(self) -> tuple[Operation, ...]:
        """What they do, for the table."""
        return tuple(one for room in self._rooms for one in room.operations())
