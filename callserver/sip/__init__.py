"""SIP words without sockets: messages, framing, digest, bindings, forwarding.

Everything here is pure and takes `now` where time matters. Start reading at
`message.py`, then `forward.py`. `callserver/edge/` and `callserver/people.py`
come in; nothing here knows a socket, a file or a clock.
"""
