"""The testing kit: real peers, judges of sound, and fakes of the outer boundaries. It is shipped,
because the demo and the bench drive the server with it too.

- ``phone``: a softphone to script; ``softcall`` is one of its calls, ``phone_process`` and
  ``phone_call`` its own process, ``phone_link`` and ``phone_words`` what lies between.
- ``baresip``: Debian's baresip as a phone.
- ``rig``: the real server in its own process, with ``api`` (a client) and ``processes`` (what
  belongs to it, what it leaves behind).
- ``postgres``: a PostgreSQL of its own, for as long as it is needed.
- ``sipp``: SIPp from Python, with the scenarios in ``scenarios/`` and what they left behind
  (``sipp_result``).
- ``tones``, ``wav``, ``frequency``: make sound, read and write it, judge it by frequency.
- ``clock``, ``workers``, ``store``, ``phones``, ``control``: fakes of the clock (virtual time also
  for what waits with asyncio), the call workers, the database, the registered phones, and a caller
  with prompts to walk through a flow.
- ``ports``: free ports that nobody else is given. ``watch``: wait for something to become true,
  with a deadline and without polling.

Start with ``phone``. Tests, ``demo`` and ``cli`` may come in; no other room does.
"""
