"""A flow as a picture: ``callserver flow draw``. Pure: a flow goes in, text comes out.

Start with ``graph`` (boxes and arrows, in words). ``mermaid`` writes them down; for ``svg``,
``order`` decides what stands in which row, and where in it, and ``place`` how far from the left.
Comes in: ``cli``.
"""
