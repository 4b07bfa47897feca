"""The Single Window Hub: the core that stands between enterprises and insurers, banks and card vendors."""

__version__ = "0.1.0"
