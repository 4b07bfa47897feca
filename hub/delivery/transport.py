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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url
from urllib3.util.wait import wait_for_read

from hub.clock import Clock
from hub.config import PartnerSettings, Settings
from hub.contract.adapters import PartnerAdapter
from hub.contract.message import OutMessage, Raw
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import failpoints

IDLE = 5.0  # a connection unused this long may be closed by the partner just now: better a new one than a lost answer


class _Timed(io.RawIOBase):
    """A socket's reading side that gives each read only what is left of the exchange: a dripping answer ends too."""

    def __init__(self, raw: io.RawIOBase, line: "_Line") -> None:
        self._raw = raw
        self._line = line
        self._sock = line.sock
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._line.left())
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, line: "_Line", *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._timed = _Timed(self.fp.detach(), line)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the answer's head; one that ends within it is no answer (the library would take it for an empty one)."""
        super().begin()
        if self._timed.ended:
            raise http.client.IncompleteRead(b"")

    def whole(self, limit: int) -> bytes:
        """All of it. Raises AnswerLost when it is larger than ``limit`` octets, IncompleteRead when it is cut off."""
        content = self.read(limit + 1)
        if len(content) > limit:
            raise AnswerLost(f"the answer is larger than {limit} octets")
        if self.length:
            raise http.client.IncompleteRead(content, self.length)
        return content


class _Line(http.client.HTTPConnection):
    """A connection that notes the moment when a request begins to leave."""

    sock: Any
    used = 0.0  # monotonic
    began = False  # whether a byte of the present request may have left
    ends = 0.0  # monotonic; the whole answer has to be here by then

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.response_class = cast(Any, partial(_Answer, self))

    def __del__(self) -> None:
        self.close()  # kept, and nobody has closed the transport

    def begin(self, seconds: float) -> None:
        """An exchange begins and has ``seconds``."""
        self.began, self.ends = False, time.monotonic() + seconds

    def left(self) -> float:
        """Seconds of the present exchange."""
        return max(self.ends - time.monotonic(), 0.001)

    def ready(self) -> bool:
        """Whether it may be used again: open, and not so idle that the other side may be closing it."""
        return self.sock is not None and time.monotonic() - self.used < IDLE and not wait_for_read(self.sock, timeout=0)

    def send(self, data: Any) -> None:
        """Hand bytes to the network. Until here nothing can have reached the partner."""
        if self.sock is None:
            self.connect()
        if not self.began:
            failpoints.hit("transport.before_first_byte")
            if time.monotonic() > self.ends:  # we were stopped, and the message may be somebody else's by now
                raise TimeoutError("no time is left for this exchange")
        self.began = True
        self.used = time.monotonic()
        self.sock.settimeout(self.left())
        super().send(data)

    def getresponse(self) -> Any:
        """The answer's head."""
        failpoints.hit("transport.after_request")
        return super().getresponse()


class _TlsLine(_Line, http.client.HTTPSConnection):
    """The same over TLS."""


@dataclass(frozen=True)
class _Lines:
    """The connections to one partner; the one that was used last is used next."""

    open: Callable[[], _Line]
    idle: list[_Line] = field(default_factory=list)

    def take(self) -> _Line:
        """One that nobody else uses until it is given back."""
        while True:
            try:
                line = self.idle.pop()
            except IndexError:
                return self.open()
            if line.ready():
                return line
            line.close()

    def give(self, line: _Line) -> None:
        """Keep it for the next exchange, unless the partner closed it."""
        if line.sock is not None:
            self.idle.append(line)

    def close(self) -> None:
        """Close those that nobody uses."""
        while self.idle:
            self.idle.pop().close()


@dataclass(frozen=True)
class Transport:
    """The connections of one process to all partners."""

    settings: Settings
    clock: Clock
    _partners: dict[str, _Lines] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send(self, adapter: PartnerAdapter, out: OutMessage) -> Raw:
        """Send ``out`` to the partner's configured address and wait for the answer. Raises NotSent or AnswerLost."""
        partner = adapter.sheet.partner
        settings = self.settings.partners.get(partner, PartnerSettings())
        if not settings.address:
            raise NotSent(f"[partners.{partner}] address: not configured")
        limits = self.settings.delivery
        failpoints.hit("transport.before_connect")
        own = getattr(adapter, "send", None)  # of a WireAdapter: for each message that is asked more cheaply
        if own is None:
            raw = self._post(partner, settings, out)
        else:
            raw = own(out, settings.address, limits.connect_timeout, limits.read_timeout)
        failpoints.hit("transport.after_answer")
        return raw

    def close(self) -> None:
        """Close every kept connection."""
        for lines in self._partners.values():
            lines.close()

    def _post(self, partner: str, settings: PartnerSettings, out: OutMessage) -> Raw:
        limits = self.settings.delivery
        lines = self._lines(partner, settings)
        line = lines.take()
        line.begin(limits.connect_timeout + limits.read_timeout)
        target = _target(_address(settings.address), out.path)
        try:
            line.request("POST", target, out.content, {**out.headers, "Content-Type": out.content_type})
            answer = line.getresponse()
            content = answer.whole(self.settings.door.max_bytes)
        except BaseException as error:  # what it is called does not matter, only when it came
            line.close()
            if not isinstance(error, Exception):
                raise
            why = f"{type(error).__name__}: {error}"
            raise (AnswerLost(why) if line.began else NotSent(why)) from error
        lines.give(line)
        headers = cast(Mapping[str, str], answer.headers)  # but for its class: "Retry-After" and "retry-after" are one
        return Raw(content=content, headers=headers, status=answer.status, received_at=self.clock.now())

    def _lines(self, partner: str, settings: PartnerSettings) -> _Lines:
        with self._lock:
            if partner not in self._partners:
                limit = self.settings.delivery.connect_timeout
                self._partners[partner] = _Lines(_opener(_address(settings.address), settings.ca, limit))
            return self._partners[partner]


@lru_cache
def _address(text: str) -> Url:
    try:
        return parse_url(text)
    except LocationParseError as error:
        raise NotSent(f"address: {error}") from error


def _opener(address: Url, ca: Path | None, seconds: float) -> Callable[[], _Line]:
    """Makes connections that take at most ``seconds`` to be there; none is opened yet. Raises NotSent."""
    if address.host is None or address.scheme not in ("http", "https"):
        raise NotSent(f"address: {address} is not http:// or https:// with a host")
    if address.scheme == "http":
        return partial(_Line, address.host, address.port, timeout=seconds)
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise NotSent(f"ca: {error}") from error
    return partial(_TlsLine, address.host, address.port, timeout=seconds, context=context)


def _target(address: Url, path: str) -> str:
    """The request target. ``path`` is a plugin's word, so it can only ever lengthen the configured path."""
    base = (address.path or "").rstrip("/")
    return f"{base}/{path.lstrip('/')}" if path else base or "/"
