"""Random amounts up to 9,999,999,999,999.99 through everything that carries money; each comes back exactly (P23)."""

import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from random import Random

from lxml import etree
from pypdf import PdfReader
from sqlalchemy import Engine, insert, select

from hub.business.content import freeze, thaw
from hub.business.payment_order import ORDER
from hub.business.posting import Posting
from hub.contract.message import CanonicalMessage
from hub.contract.money import LARGEST, Money
from hub.documents.pdf import render
from hub.services import ledger
from hub.store import tables
from hub.store.engine import open_engine, reading, writing
from hub.workbook import reader, writer
from hub.xml.catalogue import default_catalogue

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91110000MA00EXAM1X"
CHUNK, ITEMS = 1000, 50  # amounts that go together; of them in one message
PRINTED = 50  # every so manyth chunk is printed: a page takes its time
HEADING = "金额"
FIGURE = re.compile(r"\d[\d,]*\.\d\d")

Amounts = Sequence[Decimal]
Carrier = Callable[[Amounts], Amounts]


@dataclass(frozen=True)
class Toured:
    """How many amounts each carrier brought back, and what was wrong: carrier, seed and chunk."""

    carried: Counter[str]
    wrong: list[str]


def tour(home: Path, database: str, number: int, *, seed: int, only: Collection[str] = ()) -> Toured:
    """So many random amounts through every carrier, or those named."""
    dice = Random(f"amounts {seed}")
    engine = open_engine(database.replace("sqlite:///", f"sqlite:///{home}/"))
    tables.metadata.create_all(engine)
    carriers = {**CARRIERS, "store": store(engine), "ledger": books(engine), "pdf": printed}
    wanted = {name: carriers[name] for name in only or carriers}
    toured = Toured(Counter(), [])
    for place in range(-(-number // CHUNK)):
        amounts = list(draw(dice, min(CHUNK, number - place * CHUNK)))
        for name, carry in wanted.items():
            if name == "pdf" and place % PRINTED:
                continue
            if carry(amounts) == amounts:
                toured.carried[name] += len(amounts)
            else:
                toured.wrong.append(f"{name}: seed {seed}, chunk {place}")
    engine.dispose()
    return toured


def draw(dice: Random, number: int) -> Iterator[Decimal]:
    """As many digits as there may be, each length as often."""
    for _ in range(number):
        most = min(10 ** dice.randint(1, 15), int(LARGEST * 100))
        yield Money.from_cents(dice.randint(1, most), "CNY").amount


def through_xml(amounts: Amounts) -> Amounts:
    """As items of our own PaymentOrder, written, validated and read."""
    schema = default_catalogue().message("PaymentOrder", "1.0")
    back: list[Decimal] = []
    for message in orders(amounts):
        text = etree.tostring(schema.encode(message))
        element = etree.fromstring(text)
        schema.validate(element)
        back += [item["amount"] for item in schema.decode(element).body["item"]]
    return back


def through_bank(code: str) -> Carrier:
    """In a bank's own words: yuan or cents, and back."""
    layout = import_module(f"hub_bank_{code}.messages").LAYOUTS["PaymentOrder"]

    def carry(amounts: Amounts) -> Amounts:
        back: list[Decimal] = []
        for message in orders(amounts):
            told = {**message.body, "header": {"message_id": message.message_id, "created_at": NOW}}
            text = etree.tostring(layout.write(told))
            back += [item["amount"] for item in layout.read(etree.fromstring(text))["item"]]
        return back

    return carry


def orders(amounts: Amounts) -> Iterator[CanonicalMessage]:
    """Orders of up to ITEMS amounts."""
    for start in range(0, len(amounts), ITEMS):
        part = amounts[start : start + ITEMS]
        body = {
            "order_no": "JF1", "agreement_no": "A1", "payer_name": "甲", "payer_account": "6222000000000001",
            "payee_name": "乙", "payee_account": "6222000000009001", "amount": part[0], "currency": "CNY",
            "item": [{"business_no": f"HY{no}", "amount": amount, "currency": "CNY"} for no, amount in enumerate(part)],
            "ordered_at": NOW,
        }  # fmt: skip
        yield CanonicalMessage(
            type="PaymentOrder",
            version="1.0",
            message_id=str(uuid.UUID(int=start, version=4)),
            sender="swhub",
            receiver="bank",
            enterprise=USCC,
            business_key="JF1",
            sequence=1,
            created_at=NOW,
            body=body,
        )


def content_of(amounts: Amounts) -> dict[str, object]:
    """An order's content."""
    return {"item": [{"amount": amount, "currency": "CNY"} for amount in amounts]}


def through_json(amounts: Amounts) -> Amounts:
    """As an object's content in JSON."""
    text = json.dumps(freeze(content_of(amounts)))
    return [row["amount"] for row in thaw(ORDER, json.loads(text))["item"]]


def through_workbook(amounts: Amounts) -> Amounts:
    """In a workbook."""
    page = writer.Page(
        title=HEADING, columns=[writer.Column(heading=HEADING, show="amount")], rows=[[f"{one:f}"] for one in amounts]
    )
    table = reader.read(writer.write([page], "codes"), lambda heading: heading == HEADING)
    return [Decimal(cells[0].text) for _, cells in table.rows]


def printed(amounts: Amounts) -> Amounts:
    """On paper: a table of a claim's report, read back from the PDF."""
    goods = {"head": ["序号", HEADING, *[""] * 7], "rows": [["", f"{one:,.2f}", *[""] * 7] for one in amounts]}
    empty: list[object] = []
    group = {"serial": "1", "invoice_no": "I", "declaration": empty, "goods": goods, "transport": empty}
    data = {
        "title": HEADING, "number": "N1", "enterprise": {"name": "甲", "uscc": USCC}, "articles": empty,
        "groups": [group | {"certificate": empty}],
    }  # fmt: skip
    pages = PdfReader(io.BytesIO(render("claim_report", data, now=NOW))).pages
    found = FIGURE.findall("\n".join(page.extract_text() for page in pages))
    return [Decimal(figure.replace(",", "")) for figure in found]


def store(engine: Engine) -> Carrier:
    """As the content of an object in the database."""
    table = tables.business_object

    def carry(amounts: Amounts) -> Amounts:
        object_id = uuid.uuid4().hex
        row = {
            "id": object_id, "enterprise": USCC, "line": "payment", "kind": ORDER.code, "partner": "bank",
            "number": object_id, "state": "SENT", "revision": 1, "content": freeze(content_of(amounts)),
            "created_at": NOW, "updated_at": NOW, "since": NOW,
        }  # fmt: skip
        with writing(engine) as connection:
            if not connection.execute(select(tables.enterprise.c.uscc)).first():
                connection.execute(insert(tables.enterprise), {"uscc": USCC, "name": "甲", "created_at": NOW})
            connection.execute(insert(table), row)
        with reading(engine) as connection:
            stored = connection.execute(select(table.c.content).where(table.c.id == object_id)).scalar_one()
        return [item["amount"] for item in thaw(ORDER, stored)["item"]]

    return carry


def books(engine: Engine) -> Carrier:
    """In the ledger, one account for each amount, all in one transaction."""

    def carry(amounts: Amounts) -> Amounts:
        key = uuid.uuid4().hex
        names = [f"bill:{key}:{place}" for place in range(len(amounts))]
        postings = [
            Posting(name, f"payer:{name}", Money(amount, "CNY")) for name, amount in zip(names, amounts, strict=True)
        ]
        with writing(engine) as connection:
            ledger.post(connection, key, postings, NOW)
        table = tables.ledger_account
        with reading(engine) as connection:
            if ledger.booked(connection, key) != postings:
                return []
            rows = connection.execute(select(table.c.name, table.c.balance).where(table.c.name.in_(names))).all()
        held = {row.name: row.balance for row in rows}
        return [Money.from_cents(held[name], "CNY").amount for name in names]

    return carry


CARRIERS: dict[str, Carrier] = {
    "xml": through_xml,
    "iso20022": through_bank("iso20022"),
    "icbc": through_bank("icbc"),
    "json": through_json,
    "workbook": through_workbook,
}
