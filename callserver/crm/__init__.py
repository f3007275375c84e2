"""Customers, and other people's systems, which are told of calls and customers exactly once.

Start with ``events`` (pure: which fact becomes which event, and what is in it). The store writes
events into its outbox in the transaction of the fact. ``lane`` (pure) decides for one destination
what may be sent when; ``deliverer`` sends, with the secrets of ``keyring`` and the signatures of
``signing``, or has a ``messenger`` tell people, in the words of ``notices``. ``hooks`` is who is
told what: API and CLI come in there. ``app`` wires it.

``customers`` is what is done with customers: ``promises`` (pure) counts by ``worktime``, ``alarm``
tells of those that are broken, ``likeness`` makes two contacts one and two again. ``sheet`` (pure)
reads a table of contacts, ``importing`` writes it.
"""
