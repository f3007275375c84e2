"""callserver: a self-hosted call centre voice server on PJSIP.

The folders follow the path of a call: ``edge`` (the SIP front door) lets it in, ``media`` carries
it in a process of its own, ``call`` conducts it, ``ivr`` and ``acd`` decide what happens next,
``recording`` keeps the sound, ``store`` keeps the facts and ``web`` shows them. ``app`` wires them.
"""

__version__ = "0.1.0"
