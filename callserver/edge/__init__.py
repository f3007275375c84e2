"""The SIP front door: sockets, who may come in, registrations, and the way to the call workers.

Start with ``door.py`` (what the room offers and how it is put together), then follow a packet:
``faces.py`` → ``outside.py`` (what phones and trunks send) → ``admission.py`` → ``dispatch.py`` →
``inside.py`` (what workers send). All SIP sense is in ``callserver/sip/``. Only ``app`` comes in.
"""
