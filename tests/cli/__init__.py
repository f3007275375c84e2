"""Tests of callserver/cli, of the configuration's files, and of API tokens."""
