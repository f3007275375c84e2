"""Other people's systems: what they are told of calls and contacts, exactly once.

Start with ``events`` (pure: which fact becomes which event, and what is in it). The store writes
events into its outbox in the transaction of the fact. ``lane`` (pure) decides for one destination
what may be sent when; ``deliverer`` sends, with the secrets of ``keyring`` and the signatures of
``signing``. ``hooks`` is who is told what: API and CLI come in there. ``app`` wires it.
"""
