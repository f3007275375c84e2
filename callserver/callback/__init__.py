"""Calling people back who asked for it, at the place they kept. Start with ``plan`` (what to do
now, pure) and ``desk`` (the conductor, which does it); ``book`` is the state of all requests,
folded from facts; ``session`` is one call to an agent and a customer (``visit`` is its place in the
queue, ``customer`` the other side), ``again`` the same after a restart."""
