"""The front door over real sockets: scripted peers (``peers``) in a small town (``town``)."""
