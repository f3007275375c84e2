"""Two minutes of calls at ten a second: nothing grows. ``make soak`` does it for half an hour."""
