"""The crash and fault harness: real processes killed at every fail point, and seeded schedules in one process.

``script/crash --help`` runs it long; the tests here run a fixed part of it.
"""
