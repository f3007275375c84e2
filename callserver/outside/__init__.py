"""Speaking to other people's servers: slow, wrong, down, huge or malicious ones.

Start with ``client`` (implements ``Outside`` of ``model/outside``). ``resolver`` sees to it that a
name of the outside does not lead inside. Comes in: ``app``.
"""
