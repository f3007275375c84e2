"""The words of the project: values, events, commands and the protocols between the rooms.

Standard library only; everybody may import it, it imports nobody. Start with ``call``.
"""
