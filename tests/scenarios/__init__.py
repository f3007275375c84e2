"""Whole calls on real SIP and RTP, each story with the record, agent state and SIP endings that are
expected of it. ``house.py`` holds the words they are told in."""
