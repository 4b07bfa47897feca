"""Limits under races and disorder: ``script/limits`` is the long run, the tests here a small part of it."""
