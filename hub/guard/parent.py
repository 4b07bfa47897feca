"""A process that must not outlive the one that started it, however that one ends."""

import os
import threading
import time

WATCH = 1.0  # seconds between two looks at whether it is still there


def end_with_parent() -> None:
    """From now on this process ends when its parent is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(0)
