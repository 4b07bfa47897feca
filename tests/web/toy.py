"""A line of business that has everything: rows, derived values, rules between fields. No partner ever hears of it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business.acts import Action, Actor, Need, Sends
from hub.business.enclosures import Enclosure
from hub.business.kind import Derived, Effect, Field, Kind, Line
from hub.business.numbers import NumberFormat
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.media import PDF
from hub.contract.text import Text
from web.forms.base import Form, rows
from web.forms.controls import amount, choice, day, line
from web.lines.presentation import Block, Column, Filter, FormPage, LineView, Listing, Many, MenuItem, Tab

ANYONE = frozenset({"LP", "OP", "PW"})
CURRENCIES = {"CNY": Text("人民币", "Yuan"), "USD": Text("美元", "Dollar")}


def text(name: str) -> Text:
    return Text(f"玩具{name}", name)


def body(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    return {"loan_no": content["loan_no"]}


def insured(value: Decimal, markup: str) -> Decimal:
    """Invoice value and markup in percent, to the cent."""
    return (value * (100 + int(markup)) / 100).quantize(Decimal("0.01"))


LOAN = Kind(
    code="toy_loan",
    label=text("借用"),
    number="loan_no",
    title="toy",
    numbers=NumberFormat(prefix="TL", digits=6),
    fields=(
        Field("loan_no", text("单号"), key=True),
        Field("enterprise_name", text("公司")),
        Field("toy", text("名称")),
        Field("invoice_amount", text("金额"), Decimal),
        Field("invoice_currency", text("币种"), choices=CURRENCIES),
        Field("markup", text("加成")),
        Field("insured_amount", text("保额"), Decimal),
        Field(
            "parts",
            text("零件"),
            list,
            rows=(
                Field("part", text("件")),
                Field("price", text("价"), Decimal),
                Field("made_on", text("日"), date),
            ),
        ),
    ),
    documents={"photo": text("照片"), "paper": text("纸")},
    derived=(Derived("insured_amount", ("invoice_amount", "markup"), insured),),
    events=(
        EventType("begun", By.ENTERPRISE, text("新建"), phase="start"),
        EventType("submitted", By.ENTERPRISE, text("提交")),
        EventType("undelivered", By.SYSTEM, text("未送达")),
        EventType("returned", By.SYSTEM, text("归还"), phase="end"),
        EventType("deleted", By.ENTERPRISE, text("删除"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=text("状态"),
            states=(
                State("DRAFT", text("暂存"), "draft", Next.ENTERPRISE),
                State("SUBMITTED", text("已提交"), "running", Next.PARTNER),
                State("RETURNED", text("已归还"), "done", Next.NOBODY),
                State("DELETED", text("已删除"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "submitted", "SUBMITTED"),
                Transition("SUBMITTED", "returned", "RETURNED"),
                Transition("SUBMITTED", "undelivered", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=text("提交"),
            event="submitted",
            roles=ANYONE,
            form="toy_loan",
            encloses=(Enclosure(code="photo", described=True), Enclosure(code="paper", types=frozenset({PDF}))),
            sends=Sends(type="Inquiry", version="1.0", capability="inquiry.submit", compose=body),
        ),
        Action(name="delete", label=text("删除"), event="deleted", roles=ANYONE, opens=False),
    ),
)


PARCEL = Kind(
    code="toy_parcel",
    label=text("包裹"),
    number="parcel_no",
    title="parcel_no",
    fields=(Field("parcel_no", text("号"), key=True), Field("loans", text("借"), list), Field("rest", text("备"))),
    links={"loans": "toy_loan"},
    effects=(Effect("ARRIVED", "loans", "returned"),),
    events=(
        EventType("announced", By.PARTNER, text("预告"), phase="start"),
        EventType("arrived", By.PARTNER, text("到达")),
        EventType("opened", By.ENTERPRISE, text("打开")),
    ),
    tracks=(
        Track(
            name="state",
            label=text("态"),
            states=(
                State("ANNOUNCED", text("预"), "running", Next.PARTNER),
                State("ARRIVED", text("到"), "done", Next.ENTERPRISE),
                State("OPENED", text("开"), "done", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "announced", "ANNOUNCED"),
                Transition("ANNOUNCED", "arrived", "ARRIVED"),
                Transition("ARRIVED", "opened", "OPENED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="open",
            label=text("打开"),
            event="opened",
            roles=ANYONE,
            needs=(Need("toy_loan", frozenset({"DRAFT"}), Text("请先新建借用单", "Begin a loan first")),),
            opens=False,
        ),
    ),
)


class PartForm(Form):
    """One part."""

    part = line(text("件"), required=True, longest=20)
    price = amount(text("价"), required=True)
    made_on = day(text("日"))


class LoanForm(Form):
    """A loan."""

    toy = line(text("名称"), required=True, longest=20)
    invoice_amount = amount(text("金额"), required=True)
    invoice_currency = choice(text("币种"), CURRENCIES, required=True, default="CNY")
    markup = choice(text("加成"), {"10": text("10%"), "20": text("20%")}, required=True, default="10")
    parts = rows(text("零件"), PartForm, least=1, most=5, imported=True)


LOANS = Listing(
    kind=LOAN,
    columns=(Column("loan_no", "number"), Column("toy"), Column("state", "track")),
    filters=(Filter("loan_no"),),
    acts=("submit",),
    many=(Many(code="pay", label=text("付"), path="/toy/pay", name="bill", states=frozenset({"SUBMITTED"})),),
    sums=("invoice_amount", "invoice_currency"),
    detail=("loan_no", "toy", "invoice_amount", "insured_amount"),
    empty=text("空"),
)
PARCELS = Listing(
    kind=PARCEL,
    columns=(Column("parcel_no", "number"), Column("state", "track")),
    filters=(),
    acts=("open",),
)
VIEW = LineView(
    line=Line(code="toy", label=text("线"), kinds=(LOAN, PARCEL), messages={}),
    menu_code="toy",
    menu=(MenuItem(code="toys", label=text("线"), tabs=(Tab(LOANS), Tab(PARCELS))),),
    area=text("线"),
    forms={
        "toy_loan": FormPage(
            schema=LoanForm,
            title=text("借用"),
            blocks=(
                Block(
                    text("一"),
                    ("loan_no", "uscc", "enterprise_name", "toy", "invoice_amount", "invoice_currency", "markup"),
                ),
                Block(text("二"), ("insured_amount", "parts", "photo", "paper"), columns=1),
            ),
        )
    },
)
