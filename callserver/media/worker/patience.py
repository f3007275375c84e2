"""How long a worker waits for what."""

# How long the last BYEs may stay unanswered before the worker leaves anyway (two retransmissions).
LAST_ANSWERS_S = 2.0
# A worker with nothing to do ends itself after this, whoever forgot it.
FORGOTTEN_S = 60.0
ORPHAN_S = 3.0
LOOK_S = 1.0
# A call that is confirmed has its media in milliseconds, or the two sides agreed on none.
AGREE_S = 5.0
