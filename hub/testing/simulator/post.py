"""One POST from a partner to the hub's door, and what came back."""

from collections.abc import Callable

import urllib3

from hub.clock import Clock
from hub.contract.message import Raw
from hub.contract.transport import AnswerLost
from hub.testing.simulator.faults import XML

Post = Callable[[bytes], Raw]  # raises AnswerLost


class HttpPost:
    """Sends to one address, over kept connections."""

    def __init__(self, address: str, clock: Clock, timeout: float) -> None:
        self._address = address
        self._clock = clock
        self._timeout = urllib3.Timeout(connect=timeout, read=timeout)
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(self, content: bytes) -> Raw:
        """The hub's answer. Raises AnswerLost for everything that the network may do."""
        try:
            answer = self._pool.request(
                "POST",
                self._address,
                body=content,
                headers={"Content-Type": XML},
                timeout=self._timeout,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise AnswerLost(f"{type(error).__name__}: {error}") from error
        return Raw(content=answer.data, headers=answer.headers, status=answer.status, received_at=self._clock.now())

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()
