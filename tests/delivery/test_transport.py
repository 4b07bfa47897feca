"""Against real sockets: was a byte of the request handed over or not, and did the whole answer come back."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.clock import SystemClock
from hub.config import DeliverySettings, DoorSettings, PartnerSettings, Settings
from hub.contract.message import OutMessage
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery import transport as wire
from hub.delivery.transport import Transport

OUT = OutMessage(content=b"<m/>" * 100, path="in", headers={"X-Trace": "t1"})
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """A partner's socket. ``answer`` gets each connection once; ``accepted`` counts them."""

    def __init__(self, answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> None:
        self.accepted = 0
        self.requests: list[bytes] = []
        self._answer = answer
        self._context = context
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            self._answer(connection)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def read(self, connection: socket.socket) -> bytes:
        """One whole request."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(row[16:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length: "))
        while len(body) < length:
            body += self._more(connection)
        self.requests.append(head + b"\r\n\r\n" + body)
        return body

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        data = connection.recv(65_536)
        if not data:
            raise ValueError("closed")
        return data

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._open:
            connection.close()
        for thread in self._threads:
            thread.join(10)


class Partner:
    """As much of an adapter as the transport looks at."""

    def __init__(self, code: str = "acme") -> None:
        self.sheet = type("Sheet", (), {"partner": code})()


@pytest.fixture
def serve():
    """Start a server whose answer to each connection is the given function of (server, connection)."""
    running = []

    def start(answer, context=None):
        server = Server(lambda connection: answer(server, connection), context)
        running.append(server)
        return server

    yield start
    for server in running:
        server.close()


@pytest.fixture
def link(tmp_path):
    """A transport to one address."""
    opened = []

    def make(address, *, read=5.0, connect=2.0, max_bytes=100_000, ca=None):
        settings = Settings(
            home=tmp_path,
            delivery=DeliverySettings(read_timeout=read, connect_timeout=connect),
            door=DoorSettings(max_bytes=max_bytes),
            partners={"acme": PartnerSettings(address=address, ca=ca)},
        )
        opened.append(Transport(settings, SystemClock()))
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


def address(server, path="/gate/", scheme="http"):
    return f"{scheme}://127.0.0.1:{server.port}{path}"


def well(server, connection):
    while True:
        server.read(connection)
        connection.sendall(OK)


def test_a_message_arrives_with_its_bytes_path_and_headers(serve, link):
    server = serve(well)

    raw = link(address(server)).send(Partner(), OUT)

    assert (raw.status, raw.content, raw.headers["content-length"]) == (200, b"ok", "2")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /gate/in HTTP/1.1\r\n")
    assert b"X-Trace: t1" in head
    assert body == OUT.content


def test_a_closed_port_means_not_sent(link):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        link(f"http://127.0.0.1:{port}").send(Partner(), OUT)


def test_a_name_that_does_not_exist_means_not_sent(link):
    with pytest.raises(NotSent):
        link("http://partner.invalid:80").send(Partner(), OUT)


@pytest.mark.parametrize("bad", ["", "ftp://127.0.0.1", "file:///etc/passwd", "nonsense"])
def test_no_usable_address_means_not_sent(link, bad):
    with pytest.raises(NotSent, match="address"):
        link(bad).send(Partner(), OUT)


def test_a_server_that_reads_and_closes_may_have_it(serve, link):
    server = serve(lambda server, connection: server.read(connection))

    with pytest.raises(AnswerLost):
        link(address(server)).send(Partner(), OUT)


def test_a_server_that_closes_at_the_first_byte_may_have_it(serve, link):
    server = serve(lambda server, connection: connection.recv(1))

    with pytest.raises(AnswerLost):
        link(address(server)).send(Partner(), OUT)


def test_a_server_that_takes_and_stalls_may_have_it(serve, link):
    def stall(server, connection):
        server.read(connection)
        connection.recv(1)

    server = serve(stall)

    with pytest.raises(AnswerLost):
        link(address(server), read=0.2, connect=0.2).send(Partner(), OUT)


@pytest.mark.parametrize("cut", range(1, len(OK), 7))
def test_an_answer_cut_off_anywhere_is_lost(serve, link, cut):
    def half(server, connection):
        server.read(connection)
        connection.sendall(OK[:cut])

    server = serve(half)

    with pytest.raises(AnswerLost):
        link(address(server)).send(Partner(), OUT)


@pytest.mark.parametrize("head", [b"Content-Length: 5000000\r\n", b""])
def test_a_huge_answer_is_lost_and_not_read_to_its_end(serve, link, head):
    sent = []

    def flood(server, connection):
        server.read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        for _ in range(5000):
            connection.sendall(b"x" * 100_000)
            sent.append(1)

    server = serve(flood)

    with pytest.raises(AnswerLost, match="larger than 100000"):
        link(address(server)).send(Partner(), OUT)

    assert len(sent) < 500


def test_an_answer_that_drips_is_lost_when_its_time_is_over(serve, link):
    """Each byte comes well within the read timeout; the whole never does."""

    def drip(server, connection):
        server.read(connection)
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b"x" * 400:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    server = serve(drip)
    begun = time.monotonic()

    with pytest.raises(AnswerLost):
        link(address(server), read=0.3, connect=0.1).send(Partner(), OUT)

    assert time.monotonic() - begun < 4  # 8 s if only the gaps were limited


def test_a_compressed_answer_is_handed_over_as_it_came(serve, link):
    def bomb(server, connection):
        server.read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08")

    raw = link(address(serve(bomb))).send(Partner(), OUT)

    assert raw.content == b"\x1f\x8b\x08"


def test_a_redirect_is_an_answer_and_is_not_followed(serve, link):
    other = serve(well)

    def redirect(server, connection):
        server.read(connection)
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % other.port
        )

    raw = link(address(serve(redirect))).send(Partner(), OUT)

    assert (raw.status, other.accepted) == (302, 0)


def test_an_error_status_is_an_answer(serve, link):
    def sorry(server, connection):
        server.read(connection)
        connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")

    raw = link(address(serve(sorry))).send(Partner(), OUT)

    assert (raw.status, raw.headers["Retry-After"]) == (503, "7")


def test_no_new_connection_per_message(serve, link):
    server = serve(well)
    transport = link(address(server))

    for _ in range(50):
        transport.send(Partner(), OUT)

    assert (server.accepted, len(server.requests)) == (1, 50)


def test_a_connection_that_the_partner_closed_meanwhile_costs_nothing(serve, link):
    def once(server, connection):
        server.read(connection)
        connection.sendall(OK)

    server = serve(once)
    transport = link(address(server))
    for _ in range(5):
        assert transport.send(Partner(), OUT).content == b"ok"
        time.sleep(0.02)

    assert server.accepted == 5


def test_a_connection_that_was_idle_for_long_is_not_trusted(serve, link, monkeypatch):
    server = serve(well)
    transport = link(address(server))
    transport.send(Partner(), OUT)
    monkeypatch.setattr(wire, "IDLE", 0.0)

    transport.send(Partner(), OUT)

    assert server.accepted == 2


def test_a_process_that_was_stopped_before_the_first_byte_sends_none(serve, link, monkeypatch):
    """Its message may be another worker's by now."""
    server = serve(well)
    transport = link(address(server), read=0.05, connect=0.05)
    monkeypatch.setattr(wire.failpoints, "hit", lambda name: time.sleep(0.2 * (name == "transport.before_first_byte")))

    with pytest.raises(NotSent, match="no time is left"):
        transport.send(Partner(), OUT)

    assert server.requests == []


@pytest.mark.parametrize("path", ["@127.0.0.1:1/", "//127.0.0.1:1/", "http://127.0.0.1:1/", "../../x"])
def test_a_plugins_path_cannot_change_the_partner(serve, link, path):
    server = serve(well)

    raw = link(address(server, path="")).send(Partner(), OutMessage(content=b"x", path=path))

    assert (raw.content, server.accepted) == (b"ok", 1)


def test_a_header_with_a_line_break_is_not_sent(serve, link):
    server = serve(well)

    with pytest.raises(NotSent):
        link(address(server)).send(Partner(), OutMessage(content=b"x", headers={"X": "a\r\nHost: b"}))


def test_a_partner_with_its_own_wire_is_given_its_address_and_limits(link):
    class Own(Partner):
        def send(self, message, address, connect_timeout, read_timeout):
            self.seen = (message, address, connect_timeout, read_timeout)
            return "raw"

    partner = Own()

    assert link("queue://x", read=3.0, connect=1.0).send(partner, OUT) == "raw"
    assert partner.seen == (OUT, "queue://x", 1.0, 3.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that is its own CA, and the server's side of it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def test_tls_to_a_partner_of_the_configured_ca(serve, link, certificate):
    file, context = certificate
    server = serve(well, context)
    transport = link(address(server, scheme="https"), ca=file)

    for _ in range(3):
        assert transport.send(Partner(), OUT).content == b"ok"

    assert server.accepted == 1


def test_a_certificate_nobody_vouches_for_means_not_sent(serve, link, certificate):
    _, context = certificate
    server = serve(well, context)

    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        link(address(server, scheme="https")).send(Partner(), OUT)

    assert server.requests == []


def test_a_server_that_hangs_in_the_handshake_means_not_sent(serve, link):
    server = serve(lambda server, connection: connection.recv(100_000) and time.sleep(1))

    with pytest.raises(NotSent):
        link(address(server, scheme="https"), connect=0.2).send(Partner(), OUT)


def test_tls_that_breaks_after_the_request_may_have_arrived(serve, link, certificate):
    file, context = certificate

    def cut(server, connection):
        server.read(connection)

    server = serve(cut, context)

    with pytest.raises(AnswerLost):
        link(address(server, scheme="https"), ca=file).send(Partner(), OUT)
