"""Benchmarks: the real server in processes of its own, driven by SIPp from outside.

``calls`` runs the loads and reads like the report it prints; ``load`` starts server, agents and
customers, ``accounting`` asks the operating system what it cost, ``figures`` holds the numbers.
"""
