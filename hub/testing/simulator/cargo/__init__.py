"""A cargo insurer's side: what it does is here; what it calls things, and how it speaks, is in its plugin."""

from hub.testing.simulator.cargo.scenario import CargoInsurer

__all__ = ["CargoInsurer"]
