"""What a plugin can do wrong at run time, and what the core then raises instead of waiting."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hub.contract.text import Text


class FaultKind(Enum):
    """How a call went wrong, in the words of operators."""

    RAISED = Text("抛出异常", "raised what it may not")
    HUNG = Text("调用超时", "did not end in time")
    GREW = Text("内存超限", "outgrew its memory")
    DIED = Text("进程退出", "ended its process")

    @property
    def stops(self) -> bool:
        """Whether the plugin is not called for a while after it."""
        return self is not FaultKind.RAISED


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of one call. ``detail`` names types and seconds, never values."""

    kind: FaultKind
    call: str  # "parse_response", "message_sent"
    detail: str
    at: datetime


class PluginAway(Exception):
    """The plugin was not called: it hangs, is paused after a fault, or holds every place that it may have."""


class PluginFailed(Exception):
    """The call was begun and gave nothing; the message says how it ended."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
