"""How many messages a partner may push: a bucket per partner that refills evenly. One per process, in memory."""

import threading
from dataclasses import dataclass, field


@dataclass
class Quota:
    """``per_minute`` messages for each partner, in bursts of at most a minute's worth."""

    per_minute: int
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)  # partner -> (left, seconds)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, partner: str, seconds: float) -> bool:
        """Whether one more may come now; ``seconds`` are the clock's monotonic ones."""
        with self._lock:
            left, then = self._buckets.get(partner, (float(self.per_minute), seconds))
            left = min(float(self.per_minute), left + (seconds - then) * self.per_minute / 60)
            self._buckets[partner] = (left - 1 if left >= 1 else left, seconds)
            return left >= 1
