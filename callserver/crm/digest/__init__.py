"""Digests: what a day (or week) was like, by mail to those who lead a team.

``plan`` knows when one is due and what it is about, ``numbers`` counts, ``text`` says it in four
languages: all pure. ``herald`` reads the store a piece at a time and puts the report into the
outbox, whose id makes it one. Come in by :class:`~callserver.crm.digest.herald.Digests`.
"""
