"""The WebSocket to the control on this PC: one call at a time, each answer held against its call.

The control greets first. The vendor's own library finds the caller of an answer by its method alone, so two calls at
once may swap answers: here a call waits for the one before, and an answer with another id is nobody's.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from hub.contract.card import CardError, CardFault
from hub_card_eport import codes
from hub_card_eport.dialect import GREETING, NEXT, Answer, Garbled, answer, call, split

ADDRESS = "ws://127.0.0.1:61232"  # of pages on http; those on https go to a public name with a certificate
OPEN_LIMIT = 5.0  # seconds: the vendor's library tries ten times, half a second apart
CALL_LIMIT = 15.0  # seconds; the agent ends this process after 20
ANSWER_LIMIT = 1 << 20  # octets

ONE_AT_A_TIME = threading.Lock()

SILENT = logging.getLogger("hub_card_eport.socket")  # the library writes whole messages to its log: the PIN is in them
SILENT.setLevel(logging.CRITICAL)


class Control:
    """An open connection to the control."""

    def __init__(self, socket: ClientConnection, limit: float) -> None:
        self._socket, self._limit = socket, limit
        self._id = 0

    def ask(self, method: str, **args: str) -> Sequence[str]:
        """What the control returns for ``method``. Raises CardError, ControlFault."""
        with ONE_AT_A_TIME:
            self._id += 1
            try:
                said = self._send(method, split(call(method, self._id, args)))
            except TimeoutError:
                raise CardError(CardFault.SILENT) from None
            except ConnectionClosed:
                raise CardError(CardFault.NO_CLIENT, detail="connection lost") from None
            except Garbled as error:
                raise codes.ControlFault(str(error)) from None
        if not said.done:
            raise codes.fault(said.error)
        return said.data

    def _send(self, method: str, parts: Sequence[str]) -> Answer:
        deadline = time.monotonic() + self._limit
        for part in parts[:-1]:
            self._socket.send(part)
            self._wait(NEXT, deadline)
        self._socket.send(parts[-1])
        return self._wait(method, deadline)

    def _wait(self, method: str, deadline: float) -> Answer:
        while True:
            said = answer(self._socket.recv(max(0.0, deadline - time.monotonic())))
            if said.method == method and (said.id == self._id or method == NEXT):
                return said


@contextmanager
def opened(address: str, limit: float = CALL_LIMIT) -> Iterator[Control]:
    """The control, after its greeting. Raises CardError(NO_CLIENT)."""
    with ExitStack() as stack:
        try:
            wanted = connect(
                address,
                open_timeout=OPEN_LIMIT,
                max_size=ANSWER_LIMIT,
                proxy=None,
                compression=None,
                logger=SILENT,
            )
            socket = stack.enter_context(wanted)
            greeting = answer(socket.recv(OPEN_LIMIT))
        except (OSError, WebSocketException, Garbled) as error:
            raise CardError(CardFault.NO_CLIENT, detail=type(error).__name__) from None
        if greeting.method != GREETING:
            raise CardError(CardFault.NO_CLIENT, detail="no greeting")
        yield Control(socket, limit)
