"""Media: the processes that carry calls, and how the controller speaks with them.

Two sides. In the controller: ``pool`` (spares, who gets one), ``process`` (one worker's life),
``forking`` (the forker's life), ``control`` (the socket they all come to, as ``guests``) and
``slices`` (RTP ports). In the children: ``forker`` (forks a worker per call), ``worker`` (one
call), ``pj`` (everything that touches pjsua2), ``maker`` (stereo files) and ``link`` (their end of
the socket). Between them: ``wire``. Start there, then ``pool`` and ``worker/loop``.
"""
