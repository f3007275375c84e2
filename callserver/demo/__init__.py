"""The demo: the real server, simulated customers and agents on real SIP, told in the terminal.

Start with ``play``: ``stage`` is the configuration, ``cast`` the people on their phones, ``story``
tells what happens from the journal's facts, ``verdict`` listens to the recordings afterwards.
"""

from callserver.demo.play import run

__all__ = ["run"]
