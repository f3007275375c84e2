"""The call worker: a forked process that carries one call and leaves with it.

Start with ``loop`` (the one thread), then ``call`` (commands in, events out). ``link`` is the
socket to the controller. What decides is pure: ``plan`` (who hears what), ``digits`` (one key,
one digit), ``ending`` (why a leg ended, whether the next target is tried), ``identity`` (From).
The forker runs it; nobody else comes in. It uses ``media/pj`` and knows nothing of the controller.
"""
