"""Tests of callserver/store."""
