"""What a plugin may import: plain frozen data, small protocols, no third-party library.

``VERSION`` is the version of this contract, not of the hub. A minor release only adds; a plugin states the range
it was written for in its ``capability.toml``.
"""

VERSION = "1.0"
