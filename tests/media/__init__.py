"""Forker, workers and pool for real: PJSIP phones on loopback, sounds judged by frequency."""
