"""Speech: every sound the server makes by itself, ready as 8 kHz 16-bit mono WAV before a call
needs it.

``phrases`` holds the system's own words, ``prompts`` is what the controller works with; start
there. Sound is made in child processes (``children`` starts them, ``jobs`` is what they are told,
``render`` is their main), because numpy and the synthesiser have no business in the controller:
``voice`` speaks, ``music`` plays, ``convert`` reads foreign recordings, ``sound`` is the arithmetic
they share. Comes in: ``ivr``, ``call``, ``app``.
"""
