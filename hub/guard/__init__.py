"""Plugins under control at run time: what a call may take, who waits when one hangs, and what is remembered of it."""
