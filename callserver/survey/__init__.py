"""Calls that ask customers what they think of a conversation they had. Start with ``plan`` (who is
asked, and when: pure) and ``desk`` (the conductor, which does it); ``session`` is one call, which
runs a flow and needs no agent."""
