"""Media: the processes that carry calls, and how the controller speaks with them.

Two sides. In the controller: ``process`` (one worker's life), ``pool`` (spares, port slices),
``wire`` (the messages). In the children: ``forker`` (forks a worker per call), ``worker`` (one
call) and ``pj`` (everything that touches pjsua2). Start with ``wire``.
"""
