"""The testing kit: real peers, judges of sound, and fakes of the outer boundaries. It is shipped,
because the demo and the bench drive the server with it too.

- ``phone``: a softphone to script (``phone_process``, ``phone_call`` and ``phone_words`` are its
  own process, ``softcall`` one of its calls).
- ``tones``, ``wav``, ``frequency``: make sound, read and write it, judge it by frequency.
- ``watch``: wait for something to become true, with a deadline and without polling.

Start with ``phone``. Tests, ``cli`` (demo and bench) may come in; no other room does.
"""
