"""The conformance kit: what every plugin has to prove before it carries a real message (``pytest --hub-kit``).

The kit's version is the contract's version. README.md lists every case; the grade of a plugin is computed from the
cases and from nothing else.
"""
