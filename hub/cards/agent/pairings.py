"""The sites that the holder of this PC's cards has allowed, each asked for once: a small file of her own."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


class Pairings:
    """Site -> since when. Read at every question, so that what ``swhub card-agent pairings`` changes counts at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def all(self) -> Mapping[str, datetime]:
        """All of them; none where the file is missing or damaged: then the holder is asked again."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(origin): datetime.fromisoformat(since) for origin, since in kept.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def add(self, origin: str, now: datetime) -> None:
        """She has said yes. Raises OSError."""
        with self._lock:
            self._write({**self.all(), origin: now})

    def remove(self, origin: str) -> bool:
        """She has thought better of it; whether the site was there. Raises OSError."""
        with self._lock:
            kept = dict(self.all())
            if kept.pop(origin, None) is None:
                return False
            self._write(kept)
            return True

    def _write(self, kept: Mapping[str, datetime]) -> None:
        draft = self._file.with_suffix(".tmp")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({origin: since.isoformat() for origin, since in kept.items()}), encoding="utf-8")
        draft.replace(self._file)
