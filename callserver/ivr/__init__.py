"""IVR: what a caller hears and presses before (and after) an agent.

A flow is a YAML file of named steps; ``ivr_flows/README.md`` explains the format. Start with
``flow`` (what a flow is). ``source`` and ``read`` turn a file into it, ``check`` finds what would
go wrong in it: these are pure. ``nodes`` holds one class per kind of step, ``interpreter`` walks a
call through them, ``library`` loads the folder. Comes in: ``call`` and ``app``.
"""
