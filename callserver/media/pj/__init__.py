"""Everything that touches pjsua2, and nothing that decides: only ``media/worker`` comes in.

``endpoint`` is the life of the SIP stack in a worker, ``leg`` one call of it, ``sound`` the
conference bridge (players, recorders, who hears whom), ``native`` the few C functions that pjsua2
does not wrap. Callbacks never act: they append a signal to a queue that the worker reads when the
library has returned, so nothing is ever called from inside a callback.

The library aborts the process on misuse. Rules kept here: a call has an id before anything is
asked of it; what is read from stays referenced; slots are checked before the bridge sees them; a
call's object is never destroyed, since its destructor ends whichever call has its number by then.
"""
