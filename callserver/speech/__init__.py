"""Speech: every sound the server makes by itself, ready as 8 kHz 16-bit mono WAV before a call
needs it.

``prompts`` is what the controller works with; start there. What may be said is pure: ``phrases``
and ``values`` put it into words (``numbers``, ``calendar`` and ``estimate`` know the grammar,
``words`` holds the words of each language as data), ``vocabulary`` lists the pieces that values are
made of, ``script`` is all of it. ``sources`` decides where each line comes from: recordings, a
voice ``pack``, a Piper voice, the built-in one.

Sound is made in child processes (``children`` starts them, ``jobs`` is what they are told,
``render`` is their main), because numpy and the synthesiser have no business in the controller:
``voice`` and ``piper`` speak (``stress`` tells the first where), ``music`` plays, ``convert`` reads
foreign recordings, ``sound`` is the arithmetic they share; ``intake`` takes in what a studio
delivers. Comes in: ``ivr``, ``call``, ``app``, ``cli``.
"""
