"""Surveys by automatic call."""
