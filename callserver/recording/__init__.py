"""Recordings: from two mono tracks to one stereo file that can be trusted.

``library`` is the controller's side (where tracks lie, what becomes of them), ``naming`` says where
a file goes, ``make`` runs in a child of the forker and makes it, ``tracks`` reads and mends what
the worker wrote. Start with ``make``.
"""
