"""The duty desk of an insurer: what it does is here; what it calls things, and how it speaks, is in its plugin."""

from hub.testing.simulator.duty.scenario import DutyInsurer

__all__ = ["DutyInsurer"]
