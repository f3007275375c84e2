"""Benchmarks: the real server in processes of its own, driven by SIPp from outside.

``calls`` runs the loads and reads like the report it prints; ``load`` starts server, agents and
customers, ``accounting`` asks the operating system what it cost, ``figures`` holds the numbers.
``fuzz`` sends damage instead of load (``strangers``), and fuzzes what reads SIP (``guided``: how,
``target``: what).

``router``, ``day`` and ``erlang`` need no server: they drive the switchboard of ``acd`` alone, the
last two in virtual time (``simulation``). ``machine`` lets the ear of a call worker hear
``greetings``.
"""
