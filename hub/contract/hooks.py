"""The two pluggy markers. A plugin writes ``from hub.contract.hooks import hookimpl``."""

import pluggy

PROJECT = "swhub"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
