"""Calls: one session conducts each call from arrival to its last fact.

Start with ``session``; ``lifecycle`` and ``record`` are pure (the table of phases, the fold from
facts to a call record), ``journal`` keeps the facts, ``reception`` is where the front door asks.
Only ``app`` and the tests come in; the session itself knows its neighbours by protocol.
"""
