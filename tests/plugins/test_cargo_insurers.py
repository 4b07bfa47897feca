"""Two cargo insurers, two dialects, one meaning: journeys, faults, and the same message through both."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.business import KINDS
from hub.business.enclosures import Enclosure
from hub.business.lifecycle import Event, project
from hub.clock import MovableClock
from hub.contract.adapters import Context, PollingAdapter
from hub.contract.media import PNG
from hub.contract.message import Attachment, CanonicalEvent, CanonicalMessage, Raw
from hub.contract.money import Money
from hub.contract.outcome import OutcomeClass
from hub.contract.status import UnmappedCode
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator import controls, outward
from hub.testing.simulator.canonical import mirrored
from hub.testing.simulator.cargo import examples, papers
from hub.testing.simulator.controls import CONTROLS
from hub.testing.simulator.duty import papers as duty_papers
from hub.testing.simulator.faults import MENU, PUSH
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from hub.testing.stand_in import StandIn

NOW = examples.AT
FOLDER = Path(__file__).parents[2] / "plugins" / "cargo_insurers"
INSURERS = ("yunfan", "shanhe")
HARMLESS = ("duplicate", "reorder", "truncated", "wrong_signature", "expired_signature", "wrong_charset", "clock_skew")
"""Faults of a push after which the truth still arrives."""
CODED = {
    "CargoAppointmentStatus": "status_code",
    "CargoAgreement": "status_code",
    "CargoDataCheck": "result_code",
    "CargoUnderwriting": "result_code",
    "CargoCancellationResult": "result_code",
    "CargoPolicy": "status_code",
    "DutyAuthorisationResult": "result_code",
    "DutyLimitResult": "result_code",
    "DutyTopUpResult": "result_code",
    "DutyUnderwriting": "result_code",
    "DutyPolicy": "status_code",
    "SharedClaim": "status_code",
}
UNCODED = {"CargoIssued": "issued", "DutyLimitChange": "stated"}


def adapter_of(slug: str) -> Any:
    return getattr(import_module(f"hub_cargo_{slug}.adapter"), slug)()


def scenario_of(slug: str) -> Any:
    return import_module(f"hub_cargo_{slug}.simulator").SCENARIO


def codes_of(slug: str, type: str) -> dict[str, str]:
    """Event -> code of one message."""
    tables = [table for table in adapter_of(slug).statuses if table.name.startswith(f"{type}.")]
    return {row.event: row.code for table in tables for row in table}


class Idle(Simulator):
    """Serves, but does nothing by itself."""

    def _work(self) -> None:
        return


@dataclass
class World:
    """A stand-in hub and one insurer on one clock."""

    hub: StandIn
    insurer: Simulator
    clock: MovableClock

    @property
    def address(self) -> str:
        return f"{self.insurer.address}/messages"

    def pass_time(self, seconds: float = 30.0) -> None:
        for _ in range(int(seconds)):
            self.clock.move(timedelta(seconds=1))
            outward.turn(self.insurer.desk)
        while isinstance(self.hub.adapter, PollingAdapter) and self.hub.poll(self.address):
            pass

    def control(self, **wanted: Any) -> dict[str, Any]:
        done = controls.control(self.insurer.desk, wanted)
        self.pass_time(2)
        return done

    def agree(self, **more: Any) -> str:
        wanted = {"uscc": examples.USCC, "enterprise_name": examples.FIRM, **more}
        return str(self.control(do="agree", **wanted)["agreement_no"])

    def application(self, agreement: str, marks: str = "N/M", number: str = "HY1", **more: Any) -> CanonicalMessage:
        changed = {"application_no": number, "agreement_no": agreement, "marks": marks, **more}
        body = {**examples.APPLICATION, **changed, "applied_at": self.clock.now()}
        return self.hub.message("CargoApplication", number, examples.USCC, body)

    def cancel(self, number: str = "HY1") -> CanonicalMessage:
        body = {"application_no": number, "requested_at": self.clock.now()}
        return self.hub.message("CargoCancellation", number, examples.USCC, body)

    def send(self, message: CanonicalMessage) -> OutcomeClass:
        return self.hub.send(self.address, message).kind

    def apply(self, agreement: str, **more: Any) -> OutcomeClass:
        kind = self.send(self.application(agreement, **more))
        self.pass_time()
        return kind

    def events(self, number: str | None = None) -> list[str]:
        return [part.event for part in self._meant() if number in (None, part.number)]

    def last(self, event: str) -> Any:
        return next(part for part in reversed(self._meant()) if part.event == event)

    def state(self, number: str = "HY1") -> str | None:
        own = [Event(name, name, 1, NOW, {}) for name in ("submitted",)]
        said = [Event(part.event, part.event, 1, part.occurred_at) for part in self._meant() if part.number == number]
        return project(KINDS["cargo_application"], [*own, *said]).states["state"]

    def _meant(self) -> list[Any]:
        ctx = self.hub.context()
        return [part for message in self.hub.taken for part in self.hub.adapter.parse(message, ctx)]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[KeySigner, dict[str, Path], Keys]:
    folder = tmp_path_factory.mktemp("cargo-keys")
    root = pki.make_authority("test", NOW)
    hub, insurer = pki.issue_partner(root, "hub", NOW), pki.issue_partner(root, "insurer", NOW)
    files = {"key": insurer.key, "certificate": insurer.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    options = {name: folder / name for name in files}
    return KeySigner.from_pem(hub.key, hub.certificate), options, Keys.read(Options.read(options))


@pytest.fixture(autouse=True)
def quick_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing takes its time; tests/documents looks at the real paper."""
    for module in (papers, duty_papers):
        monkeypatch.setattr(module, "render", lambda name, data, now: f"%PDF-1.7 {name} {data['number']}".encode())


@pytest.fixture
def make_world(keys: tuple[KeySigner, dict[str, Path], Keys]) -> Iterator[Callable[..., World]]:
    signer, files, theirs = keys
    with ExitStack() as stack:

        def make(slug: str, **options: Any) -> World:
            clock = MovableClock(at=NOW)
            adapter = adapter_of(slug)
            hub = stack.enter_context(StandIn(adapter, signer, [theirs.signer.certificate], clock))
            values = {**files, "hub": hub.address, "seed": "seven", "late": 0.0, **options}
            desk = make_desk(slug, scenario_of(slug), mirrored(adapter, "swhub"), Options.read(values), theirs, clock)
            return World(hub, stack.enter_context(Idle(desk)), clock)

        yield make


@pytest.fixture(params=INSURERS)
def world(request: pytest.FixtureRequest, make_world: Callable[..., World]) -> World:
    return make_world(request.param)


def test_an_appointment_succeeds(world: World) -> None:
    body = examples.BODIES["CargoAppointment"]

    world.send(world.hub.message("CargoAppointment", "YY1", examples.USCC, {**body, "appointment_no": "YY1"}))
    world.pass_time()

    assert world.events("YY1") == ["accepted", "succeeded"]


def test_an_agreement_arrives_with_its_four_parts(world: World) -> None:
    number = world.agree()

    told = world.last("validated")
    assert told.number == number
    assert told.content["max_markup_percent"] == Decimal(30)
    assert [row["code"] for row in told.content["coverage"]] == ["ALL", "STRIKES", "WAR"]
    assert told.content["goods"]
    assert told.content["special_term"]


def test_an_application_is_checked_underwritten_issued_paid_and_in_force(world: World) -> None:
    assert world.apply(world.agree()) is OutcomeClass.ACCEPTED
    world.control(do="paid", application_no="HY1")

    assert world.events()[1:] == ["data_check_passed", "underwriting_pending", "issued", "effective"]
    assert world.last("issued").content["premium_due"] == Decimal("60.50")  # with strikes: the insurer's own figure
    policy = world.last("effective")
    assert (policy.kind, policy.content["premium"]) == ("cargo_policy", Decimal("60.50"))
    assert policy.documents["policy"].name == "电子保单.pdf"


@pytest.mark.parametrize(
    ("marks", "state"),
    [
        ("数据有误", "DATA_CHECK_FAILED"),
        ("核保不过", "UNDERWRITING_FAILED"),
        ("人工复核", "ISSUED_UNPAID"),
        ("拒保", "DECLINED"),
        ("排队", "UNDERWRITING_PENDING"),
        ("沉默", "SUBMITTED"),
        ("重复", "ISSUED_UNPAID"),
        ("乱序", "ISSUED_UNPAID"),
    ],
)
def test_a_magic_value_leads_to_its_state(world: World, marks: str, state: str) -> None:
    world.apply(world.agree(), marks=marks)

    assert world.state() == state


def test_what_the_agreement_does_not_allow_is_returned_with_its_faults(world: World) -> None:
    world.apply(world.agree(), markup_percent=Decimal(31), departure_date=date(2029, 1, 1))

    assert world.state() == "DATA_CHECK_FAILED"
    assert [row["field"] for row in world.last("data_check_failed").content["fault"]] == ["加成比例", "起运日期"]


def test_without_a_valid_agreement_nothing_is_insured(world: World) -> None:
    number = world.agree()
    world.control(do="withdraw_agreement", agreement_no=number, reason="合同终止")

    world.apply(number)

    assert world.events(number) == ["validated", "invalidated"]
    assert world.state() == "DATA_CHECK_FAILED"


def test_a_declined_application_may_be_sent_again(world: World) -> None:
    agreement = world.agree()
    world.apply(agreement, marks="拒保")

    assert world.apply(agreement) is OutcomeClass.ACCEPTED
    assert world.events("HY1")[-1] == "issued"


def test_one_under_review_may_not(world: World) -> None:
    agreement = world.agree()
    world.apply(agreement, marks="排队")

    assert world.apply(agreement) is OutcomeClass.REFUSED_BUSINESS


@pytest.mark.parametrize(
    ("marks", "event"), [("排队", "cancelled"), ("不可撤", "cancel_refused"), ("", "cancel_refused")]
)
def test_a_cancellation_is_agreed_to_only_while_the_underwriting_goes_on(world: World, marks: str, event: str) -> None:
    world.apply(world.agree(), marks=marks or "N/M")

    world.send(world.cancel())
    world.pass_time()

    assert world.events("HY1")[-1] == event


def test_an_answer_names_the_message_that_it_answers(world: World) -> None:
    message = world.application(world.agree())
    world.send(message)
    world.pass_time()

    assert world.last("issued").answers == message.message_id


def test_a_policy_ends_when_the_insurer_cancels_it(world: World) -> None:
    world.apply(world.agree())
    number = world.control(do="paid", application_no="HY1")["policy_no"]

    world.control(do="terminate", policy_no=number, reason="退保")

    assert world.last("terminated").content["reason"] == "退保"


def test_a_code_that_nobody_mapped_is_no_event(world: World) -> None:
    world.apply(world.agree(), marks="未知代码")

    with pytest.raises(UnmappedCode):
        world.events()


def test_an_unheard_answer_is_asked_for(world: World) -> None:
    message = world.application(world.agree(), marks="断线")

    assert world.send(message) is OutcomeClass.UNKNOWN
    assert world.hub.ask(world.address, message).kind is OutcomeClass.ACCEPTED


def test_the_same_message_again_gets_the_answer_again(world: World) -> None:
    message = world.application(world.agree())

    assert [world.send(message), world.send(message)] == [OutcomeClass.ACCEPTED] * 2
    world.pass_time()
    assert world.events("HY1").count("issued") == 1


@pytest.mark.parametrize("slug", INSURERS)
def test_with_a_hundredth_of_every_fault_each_application_ends_where_it_should(
    make_world: Callable[..., World], slug: str
) -> None:
    world = make_world(slug, mix=dict.fromkeys(HARMLESS, 0.01))
    agreement = world.agree()
    wanted = {f"HY{no}": ("DECLINED" if no % 3 == 0 else "ISSUED_UNPAID") for no in range(40)}

    for number, state in wanted.items():
        world.send(world.application(agreement, number=number, marks="拒保" if state == "DECLINED" else "N/M"))
    world.pass_time(60)

    assert {number: world.state(number) for number in wanted} == wanted
    assert len(world.hub.heard) > len(world.hub.taken)  # some came spoilt or twice


@pytest.mark.parametrize("fault", [name for name in HARMLESS if PUSH in MENU[name].sides])
def test_a_fault_of_the_insurer_loses_nothing(world: World, fault: str) -> None:
    agreement = world.agree()
    world.control(do="fault", fault=fault, on="push", times=2)

    world.apply(agreement)

    assert world.state() == "ISSUED_UNPAID"
    assert len({message.canonical.message_id for message in world.hub.taken}) == len(world.hub.taken)


# The duty desk


def granted(world: World, number: str = "ED1", amount: str = "1000.00", remark: str = "") -> None:
    """A limit, applied for and answered."""
    more = {"apply_no": number, "applied_amount": Decimal(amount), **({"remark": remark} if remark else {})}
    body = {**examples.BODIES["DutyLimitApplication"], **more}
    world.send(world.hub.message("DutyLimitApplication", number, examples.USCC, body))
    world.pass_time()


def guarantee(world: World, number: str = "GS1", amount: str = "400.00", remark: str = "") -> None:
    """An application under that limit, answered."""
    limit = world.last("stated").content["limit_no"]
    more = {"application_no": number, "apply_no": "ED1", "limit_no": limit, "guarantee_amount": Decimal(amount)}
    body = {**examples.BODIES["DutyApplication"], **more, **({"remark": remark} if remark else {})}
    world.send(world.hub.message("DutyApplication", number, examples.USCC, body))
    world.pass_time()


def figures(world: World) -> tuple[str, ...]:
    """Total, used, left: what the insurer said last of the limit."""
    content = world.last("stated").content
    return tuple(str(content[name]) for name in ("total_amount", "used_amount", "remaining_amount"))


def test_an_authorisation_is_registered_until_the_letters_own_last_day(world: World) -> None:
    body = examples.BODIES["DutyAuthorisation"] | {"valid_until": date(2029, 11, 19)}

    world.send(world.hub.message("DutyAuthorisation", body["authorisation_no"], examples.USCC, body))
    world.pass_time()

    assert world.last("authorised").content["valid_until"] == date(2029, 11, 19)


def test_a_limit_is_granted_and_its_figures_are_told(world: World) -> None:
    granted(world)

    assert world.events() == ["succeeded", "stated"]
    assert figures(world) == ("1000.00", "0.00", "1000.00")


def test_a_limit_may_be_refused_and_applied_for_again(world: World) -> None:
    granted(world, remark="不予批复")
    granted(world)

    assert world.events("ED1") == ["failed", "succeeded", "stated"]


def test_a_top_up_raises_the_limit(world: World) -> None:
    granted(world)
    body = {**examples.BODIES["DutyTopUp"], "top_up_no": "ZJ1", "apply_no": "ED1", "top_up_amount": Decimal("500.00")}

    world.send(world.hub.message("DutyTopUp", "ZJ1", examples.USCC, body))
    world.pass_time()

    assert world.events("ZJ1") == ["succeeded"]
    assert figures(world) == ("1500.00", "0.00", "1500.00")


def test_a_guarantee_is_underwritten_paid_issued_and_counted(world: World) -> None:
    granted(world)
    guarantee(world)
    world.control(do="duty_paid", application_no="GS1")

    assert world.events("GS1") == ["underwriting_pending", "premium_due"]
    due = world.last("premium_due")
    assert (due.content["premium_due"], due.documents["application"].name) == (Decimal("9.20"), "电子投保单.pdf")
    assert world.last("effective").documents["policy"].name == "电子保单.pdf"
    assert figures(world) == ("1000.00", "400.00", "600.00")
    assert world.last("stated").content["application_no"] == "GS1"


@pytest.mark.parametrize(("ends", "event"), [("settle", "settled"), ("cancel_duty", "cancelled")])
def test_a_guarantee_that_ends_gives_the_limit_back(world: World, ends: str, event: str) -> None:
    granted(world)
    guarantee(world)
    world.control(do="duty_paid", application_no="GS1")

    world.control(do=ends, policy_no=world.last("effective").number, reason="税款已缴库")

    assert world.last(event).kind == "duty_policy"
    assert figures(world) == ("1000.00", "0.00", "1000.00")


@pytest.mark.parametrize(
    ("remark", "amount", "event"),
    [("数据有误", "400.00", "data_check_failed"), ("", "1000.01", "data_check_failed"),
     ("不予承保", "400.00", "underwriting_failed"), ("重复", "400.00", "premium_due"),
     ("乱序", "400.00", "premium_due")],
)  # fmt: skip
def test_what_stands_in_the_remark_decides_and_so_does_the_limit(
    world: World, remark: str, amount: str, event: str
) -> None:
    granted(world)

    guarantee(world, amount=amount, remark=remark)

    assert event in world.events("GS1")


def test_a_claim_under_any_policy_is_told(world: World) -> None:
    wanted = {"uscc": examples.USCC, "policy_no": "P1", "product": "CARGO", "claim_no": "C1", "amount": "80.00"}
    for event in ("reported", "settled"):
        world.control(do="tell_claim", event=event, **wanted)

    assert world.events("C1") == ["reported", "settled"]
    assert world.last("settled").content["paid_amount"] == Decimal("80.00")


# The same message through both


CENTS = st.integers(0, 10**15 - 1).map(lambda cents: Money.from_cents(cents, "CNY").amount)
RATES = st.integers(0, 10**6).map(lambda number: Decimal(number) / 10_000)
MOMENTS = st.integers(0, 2 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
WORDS = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)
"""One line, rare characters included."""
BY_TYPE = {Decimal: CENTS, datetime: MOMENTS, date: DAYS, bool: st.booleans()}
FREE = ("marks", "goods_description", "packaging", "vessel_name", "claim_place", "insured_name", "reason", "deductible")
OPTIONAL_FOR_TEST = ("goods_description", "vessel_name", "strikes_cover", "letter_of_credit", "reason", "deductible")


@st.composite
def bodies(draw: Any, type: str) -> dict[str, Any]:
    """The example of a message with other values, and some of them left out."""
    made = dict(examples.BODIES[type])
    for name, value in made.items():
        if name.endswith(("_permille", "_percent")):
            made[name] = draw(RATES)
        elif name == "amount":
            made[name] = draw(CENTS.filter(bool))  # nobody pays nothing
        elif value.__class__ in BY_TYPE:
            made[name] = draw(BY_TYPE[value.__class__])
        elif name in FREE:
            made[name] = draw(WORDS)
    dropped = [name for name in OPTIONAL_FOR_TEST if name in made and draw(st.booleans())]
    return {name: value for name, value in made.items() if name not in dropped}


def contexts(keys: Any, slug: str) -> tuple[Context, Context]:
    """The hub's and the insurer's."""
    signer, _, theirs = keys
    ours = Context(now=NOW, hub="swhub", signer=signer, trusted=(theirs.signer.certificate,))
    return ours, Context(now=NOW, hub=slug, signer=theirs.signer, trusted=(signer.certificate,))


def heard(keys: Any, slug: str, message: CanonicalMessage) -> CanonicalMessage:
    """What the insurer reads of a message of ours."""
    ours, theirs = contexts(keys, slug)
    adapter = adapter_of(slug)
    content = adapter.build(replace(message, receiver=slug), ours).content
    return mirrored(adapter, "swhub").open(Raw(content=content, received_at=NOW), theirs).canonical


def understood(keys: Any, slug: str, type: str, body: dict[str, Any], event: str | None) -> CanonicalEvent:
    """What a message of the insurer means to us, told with its own code for ``event``."""
    ours, theirs = contexts(keys, slug)
    adapter = adapter_of(slug)
    code = {CODED[type]: codes_of(slug, type)[event]} if event else {}
    message = replace(examples.message(type, slug, code), body=body | code)
    content = mirrored(adapter, "swhub").sealed(message, theirs.signer)
    return adapter.parse(adapter.open(Raw(content=content, received_at=NOW), ours), ours)[0]


SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOLD = [
    (type, event)
    for type in examples.BODIES
    if type not in examples.SENT
    for event in (codes_of("yunfan", type) or [None])
]


@SLOW
@pytest.mark.parametrize("type", examples.SENT)
@given(data=st.data())
def test_both_read_the_same_message_and_the_one_that_was_meant(keys: Any, type: str, data: Any) -> None:
    message = replace(examples.message(type, "", {}), body=data.draw(bodies(type)))

    read = [heard(keys, slug, message) for slug in INSURERS]

    assert [one.body for one in read] == [message.body, message.body]
    assert len({(one.message_id, one.enterprise, one.business_key, one.created_at) for one in read}) == 1


@pytest.mark.parametrize("slug", INSURERS)
def test_fifty_megabytes_of_files_arrive_whole_and_within_the_sheet(keys: Any, slug: str) -> None:
    scan = bytes(Enclosure(code="attachment").file_bytes)
    digest = sha256(scan).hexdigest()
    files = [Attachment(name=f"{no}.png", media_type=PNG, sha256=digest, content=scan) for no in range(10)]
    message = replace(examples.message("CargoApplication", "", {}), receiver=slug, attachments=tuple(files))
    adapter, (ours, theirs) = adapter_of(slug), contexts(keys, slug)

    content = adapter.build(message, ours).content
    read = mirrored(adapter, "swhub").open(Raw(content=content, received_at=NOW), theirs).canonical

    assert read.attachments == tuple(files)
    assert len(content) <= adapter.sheet["cargo.apply"].total_mb * 1_000_000


@SLOW
@pytest.mark.parametrize(("type", "event"), TOLD)
@given(data=st.data())
def test_what_both_say_means_the_same(keys: Any, type: str, event: str | None, data: Any) -> None:
    body = data.draw(bodies(type))

    one, other = (understood(keys, slug, type, body, event) for slug in INSURERS)

    assert replace(one, text=None) == replace(other, text=None)
    assert one.event == (event or UNCODED[type])


@pytest.mark.parametrize("type", CODED)
def test_both_have_a_word_for_the_same_events_and_no_code_in_common(type: str) -> None:
    one, other = (codes_of(slug, type) for slug in INSURERS)

    assert one.keys() == other.keys()
    if type != "CargoAgreement":
        assert not set(one.values()) & set(other.values())


# What README.md says is what the tables say


def table(slug: str, head: str) -> list[list[str]]:
    """The rows of the table whose head line begins like this."""
    lines = (FOLDER / slug / "README.md").read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    end = next((place for place in range(start, len(lines)) if not lines[place].startswith("|")), len(lines))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:end]]


@pytest.mark.parametrize("slug", INSURERS)
def test_the_codes_are_listed_with_the_insurers_words(slug: str) -> None:
    rows = [[one.name, row.code, row.text.zh, row.event] for one in adapter_of(slug).statuses for row in one]

    assert table(slug, "field | code") == rows


@pytest.mark.parametrize("slug", INSURERS)
def test_the_messages_are_those_of_the_capability_sheet(slug: str) -> None:
    declared = {
        (message.partition("/")[0], direction)
        for capability in adapter_of(slug).sheet.capabilities.values()
        for direction, messages in (("out", capability.sends), ("in", capability.receives))
        for message in messages
    }

    assert {(name, direction) for name, direction, _ in table(slug, "message | direction")} == declared


@pytest.mark.parametrize("slug", INSURERS)
def test_the_magic_values_are_the_rules_in_their_order(slug: str) -> None:
    rows = [
        [rule.type, rule.contains, rule.plan, f"{rule.slower:g}" if rule.slower != 1 else "", rule.fault or ""]
        for rule in scenario_of(slug).rules
        if rule.contains
    ]

    assert table(slug, "message | contains") == rows


@pytest.mark.parametrize("slug", INSURERS)
def test_options_controls_and_plans_are_all_there(slug: str) -> None:
    line = (FOLDER / slug / "README.md").read_text(encoding="utf-8").split("Plans of a rules file")[1].splitlines()[0]

    assert table(slug, "option") == [[row.name, row.metadata["help"]] for row in fields(Options)]
    assert {row[0] for row in table(slug, "do")} == set(CONTROLS) | set(scenario_of(slug).controls)
    assert set(re.findall(r"`(\w+)`", line)) == set(scenario_of(slug).plans)
