"""The load: a few kept connections that each POST the next message as soon as the last one is answered."""

import re
import socket
import threading
import time
from collections.abc import Sequence

from benchmarks.world import Run

CONNECTIONS = 8
TIMEOUT = 30.0
ACCEPTED = b"<Code>0000</Code>"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Unexpected(Exception):
    """A message was answered by something else than an accepting receipt."""


def post(port: int, path: str, messages: Sequence[bytes]) -> tuple[Run, list[bytes]]:
    """POST every message once; how long it took, and the receipts. Raises Unexpected."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/xml\r\nContent-Length: "
    requests = [f"{head}{len(content)}\r\n\r\n".encode() + content for content in messages]
    places = iter(range(len(requests)))
    latencies = [0.0] * len(requests)
    receipts = [b""] * len(requests)
    failed: list[Exception] = []

    def work() -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for place in places:
                    began = time.perf_counter()
                    connection.sendall(requests[place])
                    receipts[place] = _answer(connection)
                    latencies[place] = time.perf_counter() - began
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failed:
        raise failed[0]
    return Run(seconds, latencies), receipts


def _answer(connection: socket.socket) -> bytes:
    """The body of an answer with 200 and an accepting receipt."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _read(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    size = int(length[1]) if length else 0
    while len(body) < size:
        body += _read(connection)
    if b" 200 " not in head[:16] or ACCEPTED not in body:
        raise Unexpected(head[:200], body[:2000])
    return body


def _read(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise Unexpected("the connection was closed")
    return data
