"""The wire: one HTTP(S) POST to a partner's configured address, and an honest word about what may have arrived.

The question is never "did it work" but "may the partner have it": :class:`NotSent` until the first byte of the request
was handed to the network, :class:`AnswerLost` from then on. Connections are kept per partner for the life of the
process; nothing is retried, redirected or taken from the environment.
"""

import http.client
import io
import ssl
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from hub.clock import Clock
from hub.config import PartnerSettings, Settings
from hub.contract.adapters import PartnerAdapter, WireAdapter
from hub.contract.message import OutMessage, Raw
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import failpoints

IDLE = 5.0  # a connection unused this long may be closed by the partner just now: better a new one than a lost answer
CHUNK = 65_536


class _Exchange(threading.local):
    """The exchange that this thread is in."""

    began: bool = False  # whether a byte of the request may have left
    ends: float = 0.0  # monotonic; the whole answer has to be here by then

    def left(self) -> float:
        return max(self.ends - time.monotonic(), 0.001)


_exchange = _Exchange()


class _Timed(io.RawIOBase):
    """A socket's reading side that gives each read only what is left of the exchange: a dripping answer ends too."""

    def __init__(self, raw: io.RawIOBase, sock: Any) -> None:
        self._raw = raw
        self._sock = sock
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_exchange.left())
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._timed = _Timed(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the answer's head; one that ends within it is no answer (the library would take it for an empty one)."""
        super().begin()
        if self._timed.ended:
            raise http.client.IncompleteRead(b"")


class _Traced(HTTPConnection):
    """A connection that notes the moment when a request begins to leave."""

    response_class = _TimedResponse
    used = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again: open, and not so idle that the other side may be closing it."""
        return super().is_connected and time.monotonic() - self.used < IDLE

    def send(self, data: Any) -> None:
        """Hand bytes to the network. Until here nothing can have reached the partner."""
        if self.sock is None:
            self.connect()
        if not _exchange.began:
            failpoints.hit("transport.before_first_byte")
            if time.monotonic() > _exchange.ends:  # we were stopped, and the message may be somebody else's by now
                raise TimeoutError("no time is left for this exchange")
        _exchange.began = True
        self.used = time.monotonic()
        self.sock.settimeout(_exchange.left())
        super().send(data)

    def getresponse(self) -> Any:
        """The answer's head."""
        failpoints.hit("transport.after_request")
        return super().getresponse()


class _TracedTls(_Traced, HTTPSConnection):
    """The same over TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Traced


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TracedTls


@dataclass(frozen=True)
class Transport:
    """The connections of one process to all partners."""

    settings: Settings
    clock: Clock
    _pools: dict[str, HTTPConnectionPool] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send(self, adapter: PartnerAdapter, out: OutMessage) -> Raw:
        """Send ``out`` to the partner's configured address and wait for the answer. Raises NotSent or AnswerLost."""
        partner = adapter.sheet.partner
        settings = self.settings.partners.get(partner, PartnerSettings())
        if not settings.address:
            raise NotSent(f"[partners.{partner}] address: not configured")
        limits = self.settings.delivery
        failpoints.hit("transport.before_connect")
        if isinstance(adapter, WireAdapter):
            raw = adapter.send(out, settings.address, limits.connect_timeout, limits.read_timeout)
        else:
            raw = self._post(partner, settings, out)
        failpoints.hit("transport.after_answer")
        return raw

    def close(self) -> None:
        """Close every kept connection."""
        for pool in self._pools.values():
            pool.close()

    def _post(self, partner: str, settings: PartnerSettings, out: OutMessage) -> Raw:
        limits = self.settings.delivery
        _exchange.began = False
        _exchange.ends = time.monotonic() + limits.connect_timeout + limits.read_timeout
        try:
            response = self._pool(partner, settings).urlopen(
                "POST",
                _target(_address(settings.address), out.path),
                body=out.content,
                headers={**out.headers, "Content-Type": out.content_type},
                retries=False,
                redirect=False,
                timeout=Timeout(connect=limits.connect_timeout, read=limits.read_timeout),
                preload_content=False,
                decode_content=False,
            )
            content = self._read(response)
        except Exception as error:  # what it is called does not matter, only when it came
            why = f"{type(error).__name__}: {error}"
            raise (AnswerLost(why) if _exchange.began else NotSent(why)) from error
        return Raw(content=content, headers=response.headers, status=response.status, received_at=self.clock.now())

    def _read(self, response: BaseHTTPResponse) -> bytes:
        """The whole answer; one that is too large or cut off is lost, and so is its connection."""
        limit = self.settings.door.max_bytes
        content = bytearray()
        try:
            while chunk := response.read(CHUNK):
                content += chunk
                if len(content) > limit:
                    raise AnswerLost(f"the answer is larger than {limit} octets")
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return bytes(content)

    def _pool(self, partner: str, settings: PartnerSettings) -> HTTPConnectionPool:
        with self._lock:
            if partner not in self._pools:
                self._pools[partner] = _open(_address(settings.address), settings.ca, self.settings.delivery.senders)
            return self._pools[partner]


@lru_cache
def _address(text: str) -> Url:
    return parse_url(text)


def _open(address: Url, ca: Path | None, senders: int) -> HTTPConnectionPool:
    if address.host is None or address.scheme not in ("http", "https"):
        raise NotSent(f"address: {address} is not http:// or https:// with a host")
    if address.scheme == "http":
        return _PlainPool(address.host, address.port, maxsize=senders)
    context = ssl.create_default_context(cafile=ca)
    return _TlsPool(address.host, address.port, maxsize=senders, ssl_context=context)


def _target(address: Url, path: str) -> str:
    """The request target. ``path`` is a plugin's word, so it can only ever lengthen the configured path."""
    base = (address.path or "").rstrip("/")
    return f"{base}/{path.lstrip('/')}" if path else base or "/"
