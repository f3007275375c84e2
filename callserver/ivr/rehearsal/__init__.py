"""Flows without a phone: a pretended call in virtual time, text instead of sound.

Start with ``call``, the ``CallControl`` of it; whoever plays the caller is a ``story.Caller``: a
person in a terminal (``cli``) or the lines of a talk (``script``, read by ``talks``, played by
``run``). ``ways`` knows which exits of which steps were taken. Comes in: ``cli``.
"""
