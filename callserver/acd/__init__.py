"""Automatic call distribution: which agent gets which waiting caller, and when.

Start with ``switchboard`` (all decisions, pure: state and ``now`` in, decisions out), then
``agent`` (one agent's states) and ``queue`` (who waits, in which order, and who is ready for
them). ``strategy`` says which ready agent is best; ``ordered`` and ``deadlines`` are the two
containers that keep every decision at O(log n). ``router`` is the thin part that lives on the event
loop: the only module other rooms come in by, through ``QueueDesk`` and ``Floor`` of the ports.
"""
