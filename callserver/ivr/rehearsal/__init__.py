"""Flows without a phone: a pretended call in virtual time, text instead of sound.

Start with ``call``, the ``CallControl`` of it; whoever plays the caller is a ``story.Caller``: a
person in a terminal (``cli``) or the lines of a talk (``talks``, read by ``talkfile``, acted by
``script``, played by ``run``). ``ways`` knows which exits of which steps were taken, ``outcomes``
stands in for steps that ask somebody outside. Comes in: ``cli``.
"""
