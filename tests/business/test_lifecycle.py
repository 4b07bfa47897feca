"""The engine: state is a projection of a set."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.business import KINDS
from hub.business.content import check_content, freeze, thaw
from hub.business.kind import Derived, Effect, Field, Kind, allowed, by_code, derive
from hub.business.lifecycle import Event, project
from hub.business.states import BACK, CONFLICT, DECIDED, By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

APPLICATION, POLICY = KINDS["micro_application"], KINDS["policy"]
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def event(name: str, submission: int = 0, minute: int = 0, **content: object) -> Event:
    return Event(name, f"{name}-{submission}-{minute}", submission, START + timedelta(minutes=minute), content)


def application(*events: Event) -> str | None:
    return project(APPLICATION, events).states["state"]


JOURNEY = (
    event("offered", minute=0, application_no="A1", product_name="信保易"),
    event("submitted", 1, 1, contact_name="王"),
    event("delivered", 1, 2),
    event("returned", 1, 3, reason="缺章"),
    event("submitted", 2, 4, contact_name="李"),
    event("approved", 2, 5, policy_no="P1"),
    event("policy_effective", minute=6),
)


def test_a_corrected_application_is_approved_in_its_second_submission() -> None:
    after = project(APPLICATION, JOURNEY[:-1])

    assert after.states == {"state": "APPROVED"}
    assert after.content["contact_name"] == "李"
    assert after.submission == 2


def test_every_order_of_arrival_ends_the_same_with_the_same_notices() -> None:
    expected = project(APPLICATION, JOURNEY)

    for order in permutations(JOURNEY):
        assert project(APPLICATION, order) == expected


@given(st.lists(st.sampled_from(JOURNEY), min_size=1).map(lambda extra: [*JOURNEY, *extra]), st.randoms())
def test_duplicates_in_any_order_change_nothing(events: list[Event], random: object) -> None:
    random.shuffle(events)  # type: ignore[attr-defined]

    assert project(APPLICATION, events) == project(APPLICATION, JOURNEY)


PARTNER_EVENTS = [row.name for kind in (APPLICATION,) for row in kind.events if row.by is By.PARTNER]


@given(st.lists(st.tuples(st.sampled_from(PARTNER_EVENTS), st.integers(1, 2)), max_size=6), st.randoms())
def test_any_six_partner_messages_have_one_end_whatever_their_order(
    drawn: list[tuple[str, int]], random: object
) -> None:
    own = [event("offered"), event("submitted", 1, 1), event("submitted", 2, 4)]
    events = [*own, *(event(name, submission, 10 + at) for at, (name, submission) in enumerate(drawn))]
    expected = project(APPLICATION, events)

    random.shuffle(events)  # type: ignore[attr-defined]

    assert project(APPLICATION, [*events, *events]) == expected


def test_contradictory_answers_become_a_conflict_for_an_operator() -> None:
    after = project(APPLICATION, [event("offered"), event("submitted", 1), event("approved", 1), event("rejected", 1)])

    assert after.states["state"] == CONFLICT
    assert after.conflict


def test_an_operators_decision_settles_the_conflict() -> None:
    events = [event("offered"), event("submitted", 1), event("approved", 1), event("rejected", 1)]
    decided = event(DECIDED, 1, decision="review", keep="rejected")

    assert application(*events, decided) == "REJECTED"


def test_an_old_submissions_quarrel_does_not_disturb_the_new_one() -> None:
    events = [
        event("offered"),
        event("submitted", 1),
        event("returned", 1),
        event("approved", 1),
        event("submitted", 2),
    ]

    assert application(*events) == "SUBMITTED"


def test_an_answer_to_the_old_submission_does_not_decide_the_new_one() -> None:
    assert (
        application(event("offered"), event("submitted", 1), event("submitted", 2), event("rejected", 1)) == "SUBMITTED"
    )


def test_the_review_wins_over_a_withdrawal_that_came_too_late() -> None:
    events = [event("offered"), event("submitted", 1), event("withdrawal_requested", 1), event("approved", 1)]

    assert application(*events) == "APPROVED"


def test_a_recall_after_the_submission_waits_for_the_review() -> None:
    assert application(event("offered"), event("recalled"), event("submitted", 1)) == "SUBMITTED"


def test_decision_and_acknowledgement_are_two_tracks() -> None:
    events = [event("effective"), event("acknowledged", 1), event("terminated", minute=9)]

    after = project(POLICY, events)

    assert after.states == {"state": "TERMINATED", "ack": "RECEIPT_SENDING"}


def test_an_acknowledgement_that_could_not_be_delivered_can_be_given_again() -> None:
    events = [event("effective"), event("acknowledged", 1), event("undelivered", 1)]
    acknowledge = POLICY.action("acknowledge")

    states = project(POLICY, events).states

    assert states["ack"] == "PENDING_RECEIPT"
    assert allowed(POLICY, states, acknowledge)


@pytest.mark.parametrize("end", ["terminated", "expired"])
def test_a_policy_that_is_over_can_no_longer_be_acknowledged(end: str) -> None:
    states = project(POLICY, [event("effective"), event(end, minute=9)]).states

    assert states["ack"] == "LAPSED"
    assert not allowed(POLICY, states, POLICY.action("acknowledge"))


@pytest.mark.parametrize("end", ["terminated", "expired"])
def test_a_receipt_that_the_insurer_confirms_late_counts_although_the_policy_is_over(end: str) -> None:
    events = [event("effective"), event("acknowledged", 1), event(end, minute=8), event("receipt_confirmed", minute=9)]

    assert project(POLICY, events).states["ack"] == "RECEIVED"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_state_can_be_reached_and_left_or_is_an_end(kind: object) -> None:
    for track in kind.tracks:  # type: ignore[attr-defined]
        reached = {row.target for row in track.transitions}
        assert {state.id for state in track.states} == reached - {BACK}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_text_of_a_kind_exists_in_both_languages(kind: object) -> None:
    texts = [row.text for row in kind.events] + [row.label for row in kind.fields]  # type: ignore[attr-defined]
    texts += [state.label for track in kind.tracks for state in track.states]  # type: ignore[attr-defined]
    texts += [action.label for action in kind.actions]  # type: ignore[attr-defined]

    assert all(text.zh and text.en and text.zh != text.en for text in texts)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_undefined_pair_of_state_and_event_leaves_the_state(kind: object) -> None:
    for track in kind.tracks:  # type: ignore[attr-defined]
        moves = {(row.source, row.event) for row in track.transitions}
        for action in kind.actions:  # type: ignore[attr-defined]
            for state in track.states:
                own = {other.name: None for other in kind.tracks} | {track.name: state.id}  # type: ignore[attr-defined]
                assert allowed(kind, own, action) == ((state.id, action.event) in moves)  # type: ignore[arg-type]


def test_content_that_the_kind_does_not_declare_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="premium"):
        check_content(POLICY, {"premium": "1"})


def test_content_of_another_type_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="effective_date: str instead of date"):
        check_content(POLICY, {"effective_date": "2026-01-01"})


@given(st.decimals(-9999999999999, 9999999999999, places=2), st.dates())
def test_money_and_dates_survive_the_store_exactly(amount: object, day: object) -> None:
    content = {"insured_amount": amount, "effective_date": day}

    assert thaw(POLICY, freeze(content)) == content


def toy(*transitions: Transition, events: tuple[EventType, ...]) -> Kind:
    states = tuple(
        State(name, Text(f"状态{name}", name), "running", Next.NOBODY)
        for name in sorted({row.target for row in transitions} - {BACK})
    )
    return Kind(
        code="toy",
        label=Text("玩具", "Toy"),
        number="no",
        title="no",
        fields=(Field("rate", Text("费率", "Rate")),),
        events=events,
        tracks=(Track(name="state", label=Text("状态", "State"), states=states, transitions=transitions),),
    )


ASKED = (
    EventType("checked", By.PARTNER, Text("已检查", "Checked")),
    EventType("reviewed", By.PARTNER, Text("已复核", "Reviewed")),
    EventType("asked_back", By.ENTERPRISE, Text("申请撤销", "Asked back")),
    EventType("refused", By.PARTNER, Text("不同意", "Refused")),
)
REFUSABLE = toy(
    Transition(None, "checked", "CHECKED"),
    Transition(None, "reviewed", "REVIEWED"),
    Transition("CHECKED", "reviewed", "REVIEWED"),
    Transition("CHECKED", "asked_back", "ASKED"),
    Transition("REVIEWED", "asked_back", "ASKED"),
    Transition("ASKED", "refused", BACK),
    events=ASKED,
)
SWITCH = toy(
    *(Transition(source, "turned_on", "ON") for source in (None, "ON", "OFF")),
    *(Transition(source, "turned_off", "OFF") for source in (None, "ON", "OFF")),
    events=(
        EventType("turned_on", By.PARTNER, Text("有效", "On"), phase="start", series="switch"),
        EventType("turned_off", By.PARTNER, Text("无效", "Off"), phase="start", series="switch"),
    ),
)


@pytest.mark.parametrize(("known", "state"), [(("checked",), "CHECKED"), (("checked", "reviewed"), "REVIEWED")])
def test_a_refusal_leads_back_to_the_state_that_the_object_had(known: tuple[str, ...], state: str) -> None:
    events = [*(event(name, 1) for name in known), event("asked_back", 2), event("refused", 2)]

    for order in permutations(events):
        assert project(REFUSABLE, order).states == {"state": state}


def test_what_the_partner_decided_before_it_refused_counts_after_the_refusal() -> None:
    late = event("reviewed", 1, 9)
    events = [event("checked", 1), event("asked_back", 2), late, event("refused", 2)]

    assert project(REFUSABLE, events[:3]).states == {"state": "ASKED"}
    assert project(REFUSABLE, events).states == {"state": "REVIEWED"}


def test_of_a_series_the_latest_statement_stands_whatever_came_first() -> None:
    events = [event("turned_on", rate="1"), event("turned_off", minute=5), event("turned_on", minute=9, rate="2")]

    for order in permutations(events):
        after = project(SWITCH, order)
        assert (after.states, after.content) == ({"state": "ON"}, {"rate": "2"})
    assert project(SWITCH, events[:2]).states == {"state": "OFF"}


DAY = Text("日", "Day")
ROWS = Kind(
    code="rows",
    label=Text("行", "Rows"),
    number="no",
    title="no",
    fields=(
        Field("no", Text("号", "No.")),
        Field(
            "lines", Text("行", "Lines"), list, rows=(Field("sum", Text("额", "Sum"), Decimal), Field("on", DAY, date))
        ),
        Field("total", Text("总", "Total"), Decimal),
        Field("twice", Text("倍", "Twice"), Decimal),
    ),
    events=(),
    tracks=(),
    derived=(
        Derived("total", ("lines",), lambda lines: sum((row["sum"] for row in lines), Decimal("0.00"))),
        Derived("twice", ("total",), lambda total: 2 * total),
    ),
)
lines = st.lists(
    st.fixed_dictionaries(
        {"sum": st.decimals(-9999999999999, 9999999999999, places=2), "on": st.one_of(st.none(), st.dates())}
    ),
    max_size=5,
)


@given(lines)
def test_rows_survive_the_store_exactly(rows: list[dict[str, object]]) -> None:
    stored = json.loads(json.dumps(freeze({"lines": rows})))

    assert thaw(ROWS, stored) == {"lines": rows}


def test_what_a_row_does_not_declare_is_refused_by_its_place() -> None:
    with pytest.raises(ValueError, match=r"rows.lines\[1\].sum: str instead of Decimal"):
        check_content(ROWS, {"lines": [{"sum": Decimal(1)}, {"sum": "1"}]})
    with pytest.raises(ValueError, match=r"rows.lines\[0\] declares no field 'x'"):
        check_content(ROWS, {"lines": [{"x": 1}]})


def test_derived_values_build_on_each_other_and_wait_for_what_is_missing() -> None:
    assert derive(ROWS, {"lines": [{"sum": Decimal("0.10")}, {"sum": Decimal("0.20")}]}) == {
        "total": Decimal("0.30"),
        "twice": Decimal("0.60"),
    }
    assert derive(ROWS, {}) == {"total": None, "twice": None}


def test_a_derived_value_of_a_field_that_is_not_there_is_refused_when_the_kind_is_declared() -> None:
    with pytest.raises(ValueError, match="no field weight to derive"):
        replace(ROWS, derived=(Derived("total", ("weight",), lambda weight: weight),))


@pytest.mark.parametrize("kind", [Decimal, bool, list])
def test_a_key_whose_equal_values_may_read_differently_is_refused_when_it_is_declared(kind: type) -> None:
    with pytest.raises(ValueError, match="a key is a text, a day or a time"):
        Field("sum", Text("金额", "Sum"), kind, key=True)


PLAIN = toy(Transition(None, "checked", "CHECKED"), events=ASKED)


def parcel(code: str, effect: Effect, links: str) -> Kind:
    return replace(PLAIN, code=code, links={"rate": links}, effects=(effect,))


@pytest.mark.parametrize(
    ("effect", "links", "reason"),
    [
        (Effect("CHECKED", "rate", "nothing"), "toy", "causes an unknown event"),
        (Effect("CHECKED", "rate", "reviewed"), "nowhere", "causes an unknown event"),
        (Effect("CHECKED", "rate", "reviewed"), "parcel", "moves others itself"),
        (Effect("CHECKED", "nothing", "reviewed", back="toy"), "toy", "is not found by"),
    ],
)
def test_an_effect_without_a_target_or_in_a_chain_is_refused(effect: Effect, links: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        by_code([PLAIN, parcel("parcel", effect, links)])


@pytest.mark.parametrize(
    ("turn", "event"),
    [(Next.ENTERPRISE, "checked"), (Next.PARTNER, None)],
    ids=["not by those whose turn it is", "at all"],
)
def test_a_state_that_is_somebodys_turn_for_ever_is_refused(turn: Next, event: str | None) -> None:
    states = (
        State("OPEN", Text("在办", "Open"), "running", turn),
        State("CHECKED", Text("完", "Done"), "done", Next.NOBODY),
    )
    ways = (Transition(None, "asked_back", "OPEN"), *([Transition("OPEN", event, "CHECKED")] if event else ()))

    with pytest.raises(ValueError, match="OPEN is somebody's turn, who cannot end it"):
        replace(PLAIN, tracks=(Track(name="state", label=Text("状态", "State"), states=states, transitions=ways),))
