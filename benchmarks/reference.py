"""The straight line: the hub's libraries and checks, called one after the other, with nothing around.

In: parse, verify the pinned signature, XSD, dedupe, receipt (XSD, signed), three rows in one commit. Out: build, XSD,
sign, three rows in one commit, POST over a kept connection, parse, verify and XSD of the signed receipt, one commit.
No outline, no limits, no lifecycle, no timeline, no leases: what the hub has beyond this is what is being weighed.
"""

import http.client
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidInput, InvalidSignature
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

import schemas
from benchmarks.world import FIRM, HUB, INSURER, USCC, VALUES, Folder

ENVELOPE, POLICY = "urn:swhub:envelope:1", "urn:swhub:micro_policy:1"
BODIES = {"Receipt": ENVELOPE, "PolicyOffer": POLICY, "PolicyConfirmation": POLICY}
FILES = {
    "Receipt": "common/receipt-1.0.xsd",
    "PolicyOffer": "micro_policy/policy_offer-1.0.xsd",
    "PolicyConfirmation": "micro_policy/policy_confirmation-1.0.xsd",
}
METHODS = {"rsa": SignatureMethod.RSA_SHA256, "ec": SignatureMethod.ECDSA_SHA256}
C14N = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0

TABLES = (
    "CREATE TABLE message (id TEXT PRIMARY KEY, digest TEXT, answer BYTEA, at TEXT)",
    "CREATE TABLE raw (id TEXT PRIMARY KEY, content BYTEA)",
    "CREATE TABLE object (number TEXT PRIMARY KEY, enterprise TEXT, name TEXT, state TEXT, at TEXT)",
    "CREATE TABLE event (number TEXT, name TEXT, at TEXT)",
)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000")


class Reference:
    """One side's keys, schemas and connections, opened once."""

    def __init__(self, folder: Folder, database: str, *, me: str = HUB, partner: str = INSURER) -> None:
        self.me, self.partner = me, partner
        self.key: Any = load_pem_private_key(folder.key(me).read_bytes(), None)
        self.certificate = x509.load_pem_x509_certificate(folder.certificate(me).read_bytes())
        self.trusted = x509.load_pem_x509_certificate(folder.certificate(partner).read_bytes())
        method = METHODS["rsa" if hasattr(self.key, "private_numbers") and hasattr(self.key, "decrypt") else "ec"]
        self.signer = XMLSigner(
            signature_algorithm=method, digest_algorithm=DigestAlgorithm.SHA256, c14n_algorithm=C14N
        )
        self.profile = SignatureConfiguration(
            location="./",
            expect_references=1,
            signature_methods=frozenset({method}),
            digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
            default_reference_c14n_method=C14N,
        )
        self.schemas = {type: _schema(type) for type in BODIES}
        self.database = database
        self.mine = threading.local()

    def create(self) -> None:
        """Make the tables."""
        for statement in TABLES:
            self.write([(statement, ())])

    def receive(self, content: bytes) -> tuple[int, bytes]:
        """One message: HTTP status and signed receipt. The receipt is returned after the commit."""
        try:
            message = self.opened(content)
        except (etree.LxmlError, InvalidSignature, InvalidInput, ValueError):
            return 403, b""
        header, body = message[0], message[1][0]
        identity, digest = _text(header, "MessageId"), sha256(content).hexdigest()
        answer = self.receipt(identity, digest, _text(header, "BusinessKey"))
        at = datetime.now(UTC).isoformat()
        number, name = (body.findtext(f"{{{POLICY}}}{part}") for part in ("ApplicationNo", "EnterpriseName"))
        new = self.write(
            [
                ("INSERT INTO message VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (identity, digest, answer, at)),
                ("INSERT INTO raw VALUES (?, ?)", (identity, content)),
                ("INSERT INTO object VALUES (?, ?, ?, ?, ?)", (number, USCC, name, "PENDING_CONFIRM", at)),
            ]
        )
        if new:
            return 200, answer
        [(first, stored)] = self.read("SELECT digest, answer FROM message WHERE id = ?", identity)
        return (200, bytes(stored)) if first == digest else (409, b"")

    def submit(self, number: str, address: str) -> None:
        """Send one confirmation; returns when the partner's signed receipt for it is committed."""
        identity, at = str(uuid.uuid4()), datetime.now(UTC).isoformat()
        content = self.sealed("PolicyConfirmation", self.confirmation(number, at), identity, number, at)
        digest = sha256(content).hexdigest()
        self.commit(
            [
                ("INSERT INTO message VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (identity, digest, b"", at)),
                ("INSERT INTO raw VALUES (?, ?)", (identity, content)),
                ("INSERT INTO event VALUES (?, ?, ?)", (number, "submitted", at)),
            ]
        )
        answer = self.posted(address, content)
        said = self.opened(answer)[1][0]
        if (_text(said, "RequestDigest"), _text(said, "Code")) != (digest, "0000"):
            raise ValueError("not the receipt for this message")
        self.commit(
            [
                ("UPDATE message SET answer = ? WHERE id = ?", (answer, identity)),
                ("UPDATE object SET state = ? WHERE number = ?", ("SUBMITTED", number)),
            ]
        )

    def opened(self, content: bytes) -> etree._Element:
        """The verified, valid message in ``content``."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(content, parser)
        result: Any = XMLVerifier().verify(
            root, x509_cert=self.trusted, validate_schema=False, expect_config=self.profile
        )
        message: etree._Element = result.signed_xml
        self.schemas[_text(message[0], "Type")].assertValid(message)
        return message

    def receipt(self, identity: str, digest: str, key: str) -> bytes:
        """The signed receipt for one message."""
        at = datetime.now(UTC).isoformat()
        said = {"RequestId": identity, "RequestDigest": digest, "Code": "0000", "Text": "已接收", "ReceivedAt": at}
        return self.sealed("Receipt", said, str(uuid.uuid4()), key, at, correlation=identity)

    def confirmation(self, number: str, at: str) -> dict[str, str]:
        """The body of PolicyConfirmation."""
        contact = {"".join(part.title() for part in name.split("_")): value for name, value in VALUES.items()}
        clauses = {"DeclarationVersion": "2026-1", "DeclarationHash": sha256(FIRM.encode()).hexdigest()}
        return {"ApplicationNo": number} | contact | clauses | {"AcceptedAt": at}

    def sealed(
        self, type: str, body: Mapping[str, str], identity: str, key: str, at: str, correlation: str | None = None
    ) -> bytes:
        """The final bytes of a message: built, validated, signed."""
        root = etree.Element(f"{{{ENVELOPE}}}Message", nsmap={None: ENVELOPE})  # type: ignore[dict-item]
        answers = {"CorrelationId": correlation} if correlation else {}
        header = {
            "MessageId": identity, "Type": type, "Version": "1.0", "Sender": self.me, "Receiver": self.partner,
            "Enterprise": USCC, "BusinessKey": key, **answers, "Sequence": "1", "CreatedAt": at,
        }  # fmt: skip
        _fill(etree.SubElement(root, f"{{{ENVELOPE}}}Header"), ENVELOPE, header)
        space = BODIES[type]
        holder = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
        _fill(etree.SubElement(holder, f"{{{space}}}{type}", nsmap={None: space}), space, body)  # type: ignore[dict-item]
        self.schemas[type].assertValid(root)
        signed = self.signer.sign(root, key=self.key, cert=[self.certificate])
        return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)

    def posted(self, address: str, content: bytes) -> bytes:
        """The answer to a POST on this thread's kept connection."""
        target = urlsplit(address)
        if not hasattr(self.mine, "http"):
            self.mine.http = http.client.HTTPConnection(target.netloc, timeout=30)
        self.mine.http.request("POST", target.path, content, {"Content-Type": "application/xml; charset=utf-8"})
        answer: bytes = self.mine.http.getresponse().read()
        return answer

    def commit(self, statements: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """One transaction. Raises ValueError when one of its statements changes no row: then nothing is committed."""
        if not self.write(statements):
            raise ValueError("nothing was committed")

    def write(self, statements: Iterable[tuple[str, tuple[Any, ...]]]) -> bool:
        """One transaction; rolled back, and False, when one of its statements changes no row."""
        return self.store().write(statements)

    def read(self, statement: str, *values: Any) -> list[Any]:
        """Rows."""
        return self.store().read(statement, values)

    def store(self) -> "Sqlite | Postgres":
        """This thread's connection."""
        if not hasattr(self.mine, "store"):
            self.mine.store = _opened(self.database)
        store: Sqlite | Postgres = self.mine.store
        return store


class Sqlite:
    """The standard library's driver, WAL, synchronous=FULL."""

    def __init__(self, address: str) -> None:
        self.connection = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")

    def write(self, statements: Iterable[tuple[str, tuple[Any, ...]]]) -> bool:
        """One transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in statements:
                if self.connection.execute(statement, values).rowcount == 0:
                    self.connection.execute("ROLLBACK")
                    return False
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        return True

    def read(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Rows."""
        return self.connection.execute(statement, values).fetchall()


class Postgres:
    """psycopg, nothing else."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)

    def write(self, statements: Iterable[tuple[str, tuple[Any, ...]]]) -> bool:
        """One transaction."""
        with self.connection.transaction() as transaction:
            for statement, values in statements:
                if self.connection.execute(statement.replace("?", "%s").encode(), values).rowcount == 0:
                    raise psycopg.Rollback(transaction)
            return True
        return False

    def read(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Rows."""
        return self.connection.execute(statement.replace("?", "%s").encode(), values).fetchall()


def submitted(database: str) -> int:
    """How many confirmations are committed with their receipt."""
    store = _opened(database)
    joined = "SELECT count(*) FROM event JOIN object ON object.number = event.number WHERE state = 'SUBMITTED'"
    found: int = store.read(joined, ())[0][0]
    store.connection.close()
    return found


def application(receive: Callable[[bytes], tuple[int, bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application around a function of one message."""

    def answer(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, content = receive(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        headers = [("Content-Type", "application/xml; charset=utf-8"), ("Content-Length", str(len(content)))]
        start_response(f"{status} {http.client.responses[status]}", headers)
        return [content]

    return answer


def check(folder: Folder, database: str) -> None:
    """Raises AssertionError unless the reference commits, dedupes and refuses a wrong signature."""
    side, content = Reference(folder, database), folder.offers()[0]
    side.create()
    first, again = side.receive(content), side.receive(content)
    forged, _ = side.receive(content.replace(b"XWXBY", b"XWXBZ"))
    side.store().connection.close()
    other = Reference(folder, database)
    rows = [other.read(f"SELECT count(*) FROM {table}")[0][0] for table in ("message", "raw", "object")]
    other.store().connection.close()
    if (first[0], again, forged, rows) != (200, first, 403, [1, 1, 1]):
        raise AssertionError(f"the reference is broken: {first[0]}, {again[0]}, {forged}, {rows}")


def _opened(database: str) -> Sqlite | Postgres:
    return (Sqlite if database.startswith("sqlite") else Postgres)(database)


def _schema(type: str) -> etree.XMLSchema:
    folder = Path(schemas.__path__[0])
    include = f'<xs:include schemaLocation="{folder / "common/envelope-1.0.xsd"}"/>'
    body = (folder / FILES[type]).as_uri()
    other = f'<xs:import namespace="{BODIES[type]}" schemaLocation="{body}"/>'
    own = f'<xs:include schemaLocation="{body}"/>'
    driver = (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{ENVELOPE}">{include}'
        f"{own if BODIES[type] == ENVELOPE else other}</xs:schema>"
    )
    return etree.XMLSchema(etree.fromstring(driver.encode()))


def _fill(element: etree._Element, space: str, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        etree.SubElement(element, f"{{{space}}}{name}").text = value


def _text(element: etree._Element, name: str) -> str:
    return element.findtext(f"{{{ENVELOPE}}}{name}", "")
