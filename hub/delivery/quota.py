"""How many messages may come: a bucket for each partner, and for each address that sends in its name before anybody
knows who it is; they refill evenly. One per process, in memory.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

MOST = 10_000  # buckets


@dataclass
class Quota:
    """``per_minute`` messages for each sender, in bursts of at most a minute's worth."""

    per_minute: int
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)
    """Sender -> what is left, and the seconds of its last use; the one used last stands last."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, sender: str, seconds: float) -> bool:
        """Whether one more may come now; ``seconds`` are the clock's monotonic ones."""
        with self._lock:
            left, then = self._buckets.get(sender, (float(self.per_minute), seconds))
            left = min(float(self.per_minute), left + (seconds - then) * self.per_minute / 60)
            self._buckets[sender] = (left - 1 if left >= 1 else left, seconds)
            self._buckets.move_to_end(sender)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)  # unused for longest, so the nearest to full, as a new one is
            return left >= 1
