"""The demo's configuration: the embedded defaults on free loopback ports, one line, one queue, a
CRM, and an office that never closes."""

from pathlib import Path

from callserver.config import Config
from callserver.config.sections import (
    Agents,
    Calendar,
    Destination,
    Http,
    Line,
    Log,
    Outgoing,
    Queue,
    Rtp,
    Server,
    Sip,
    Trunk,
)
from callserver.demo.cast import CUSTOMER_HOST
from callserver.testing.ports import free_port, free_range

LINE = "100"
QUEUE = "support"
RTP_PORTS = 400


def configuration(root: Path, crm: str) -> Config:
    """Everything below ``root``: working files in ``var/demo``, sound in ``recordings``. ``crm`` is
    the address of the server that knows the balances of accounts."""
    first = free_range(RTP_PORTS)
    return Config(
        server=Server(data_dir=root / "var" / "demo", capacity=10, spare_workers=2),
        sip=Sip(bind="127.0.0.1", port=free_port(), internal_port=free_port()),
        rtp=Rtp(bind="127.0.0.1", first_port=first, last_port=first + RTP_PORTS - 1, rest_s=5),
        http=Http(port=free_port()),
        agents=Agents(wrap_up_s=2.0),
        log=Log(level="warning"),
        trunks={"provider": Trunk(addresses=(f"{CUSTOMER_HOST}/32",))},
        hours={"office": Calendar(open={"mon-sun": "00:00-24:00"})},
        destinations={"crm": Destination(url=crm, private=True)},
        outgoing=Outgoing(allow=("+371", "+380", "+7")),
        lines={LINE: Line(flow="support", title="Support")},
        queues={QUEUE: Queue(title="Support", announce_position_s=5.0)},
    )
