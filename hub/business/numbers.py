"""How the hub numbers what an enterprise begins, as data; the sequence itself is kept by hub.services.numbering."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """``prefix``, then the day, then a sequence of ``digits`` that begins anew every day (or year).

    ``NumberFormat(prefix="SP")`` gives ``SP20261120000000000001`` on that day in Asia/Shanghai.
    """

    prefix: str = ""
    day: str = "%Y%m%d"
    digits: int = 12

    def stem(self, now: datetime) -> str:
        """What all numbers of this day have in common."""
        return self.prefix + now.astimezone(SHANGHAI).strftime(self.day)
