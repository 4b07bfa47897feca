"""What operators ask and decide: plugins, accounts, messages, dead letters."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub.commands.output import width
from hub.delivery.dispatcher import Dispatcher
from hub.delivery.transport import Transport
from hub.services import actions, results
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.cli.conftest import NOW, Run
from tests.limits.limit import Limit
from tests.services.conftest import USCC, VALUES, World

FIRM = "91000000DEM000014K"


def confirm(world: World) -> str:
    """The enterprise confirms an offer; the message id of the confirmation in the outbox."""
    world.push(world.offer())
    card = world.card()
    session = world.login(card)
    obj = world.object()
    answer = world.answer(session, card, VALUES)
    actions.perform(world.runtime, session.actor, obj.kind.code, obj.id, "confirm", VALUES, obj.revision, answer)
    with reading(world.runtime.engine) as connection:
        return str(connection.execute(select(tables.outbox.c.message_id)).scalar_one())


def bury(world: World) -> None:
    """The deadline passes without a worker."""
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.outbox).values(deadline=NOW))
    transport = Transport(world.runtime.settings, world.runtime.clock)
    Dispatcher(runtime=world.runtime, transport=transport, settle=results.settle, random=lambda: 0.5).expire()
    transport.close()


def state_of(world: World, message_id: str) -> str:
    table = tables.outbox
    with reading(world.runtime.engine) as connection:
        return str(connection.execute(select(table.c.state).where(table.c.message_id == message_id)).scalar_one())


# plugins


def test_plugins_lists_partners_drivers_and_what_they_can(site: Path, run: Run) -> None:
    rows = {row["plugin"]: row for row in json.loads(run("plugins", "--home", site, "--json").output)}

    assert rows["sinosure"]["kind"] == "insurer"
    assert "micro_policy.confirm" in rows["sinosure"]["capabilities"]
    assert rows["card_softcard"]["kind"] == "card"


def test_plugins_says_when_a_partner_was_heard_of_last(world: World, site: Path, run: Run) -> None:
    world.push(world.offer())

    rows = json.loads(run("plugins", "--home", site, "--json").output)
    row = next(row for row in rows if row["partner"] == "sinosure")

    assert row["last_contact"].endswith("+08:00")


def test_plugins_needs_no_home(tmp_path: Path, run: Run) -> None:
    assert "sinosure" in run("plugins", "--home", tmp_path).output


# messages


@pytest.mark.parametrize("number", ["XW2026-1", "P-1"], ids=["application", "policy"])
def test_trace_finds_an_object_by_each_of_its_numbers(number: str, world: World, site: Path, run: Run) -> None:
    world.push(world.offer())
    world.push(world.policy())

    result = run("messages", "trace", number, "--home", site)

    assert "PENDING_RECEIPT" in result.output


def test_trace_finds_a_message_by_its_id(world: World, site: Path, run: Run) -> None:
    message_id = confirm(world)

    result = run("messages", "trace", "XW2026-1", "--home", site)

    assert message_id in result.output


def test_trace_of_an_incoming_message_id_says_what_it_was(world: World, site: Path, run: Run) -> None:
    message = world.offer()
    world.push(message)

    result = run("messages", "trace", message.message_id, "--home", site)

    assert "PolicyOffer/1.0" in result.output


def test_trace_of_nothing_says_so_and_when_partners_were_heard_of(world: World, site: Path, run: Run) -> None:
    world.push(world.offer())

    result = run("messages", "trace", "XW2026-999", "--home", site)

    assert result.exit_code == 0
    assert "nothing of XW2026-999 was ever received or sent" in result.output
    assert f"last from sinosure: {NOW.year}" in result.output


def test_list_filters_by_state(world: World, site: Path, run: Run) -> None:
    confirm(world)

    queued = json.loads(run("messages", "list", "--state", "queued", "--home", site, "--json").output)

    assert [row["type"] for row in queued] == ["PolicyConfirmation/1.0"]


def test_a_table_is_aligned_over_chinese_text(world: World, site: Path, run: Run) -> None:
    world.push(world.offer())
    world.card()

    head, row = run("accounts", "list", "--home", site).output.splitlines()

    assert width(row.partition("王小明")[0]) == head.index("name")


def test_show_tells_no_personal_data(world: World, site: Path, run: Run) -> None:
    message_id = confirm(world)

    for arguments in ([], ["--json"]):
        shown = run("messages", "show", message_id, "--home", site, *arguments).output
        assert "QUEUED" in shown
        assert VALUES["contact_mobile"] not in shown


def test_show_raw_gives_the_exact_bytes(world: World, site: Path, run: Run) -> None:
    message = world.offer()
    content = world.seal(message)
    world.push(content)

    assert run("messages", "show", message.message_id, "--raw", "--home", site).stdout_bytes == content


def test_show_of_an_unknown_message_is_refused(site: Path, run: Run) -> None:
    assert run("messages", "show", "nothing", "--home", site).exit_code == 2


# accounts


def test_an_enterprise_gets_an_account_and_a_card(
    site: Path, run: Run, tmp_path: Path, finished: tuple[Path, pki.Identity, pki.Identity]
) -> None:
    card = pki.issue_card(finished[2], enterprise="示例", holder="示例法人", org_code=FIRM[8:17], role="LP", now=NOW)
    (tmp_path / "card.pem").write_bytes(card.certificate)
    assert run("accounts", "add-enterprise", FIRM, "示例", "--home", site).exit_code == 0
    account = run("accounts", "add-account", "--enterprise", FIRM, "--name", "示例法人", "--role", "LP", "--home", site)

    bound = run("accounts", "bind-card", account.output.strip(), tmp_path / "card.pem", "--home", site)

    assert bound.exit_code == 0
    row = json.loads(run("accounts", "list", "--home", site, "--json").output)[0]
    assert row["card"] == f"{card.x509.serial_number:x}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add-enterprise", "91000000DEM000014A", "示例"), "no unified social credit code"),
        (("add-account", "--enterprise", FIRM, "--name", "甲", "--role", "LP"), "add-enterprise first"),
        (("add-account", "--name", "甲", "--role", "LP"), "ADM of none"),
        (("bind-card", "nobody", "{site}/ca.pem"), "not the certificate of a Single Window card"),
        (("bind-card", "nobody", "{site}/crl.pem"), "is no certificate"),
    ],
    ids=["check digit", "unknown enterprise", "no enterprise", "no card", "no certificate"],
)
def test_what_does_not_fit_is_refused_in_one_line(arguments: tuple[str, ...], says: str, site: Path, run: Run) -> None:
    filled = [part.format(site=site) for part in arguments]

    result = run("accounts", *filled, "--home", site)

    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_card_is_bound_once(world: World, site: Path, run: Run, tmp_path: Path) -> None:
    world.push(world.offer())
    card = world.card()
    (tmp_path / "card.pem").write_bytes(card.certificate)
    account = run("accounts", "add-account", "--enterprise", USCC, "--name", "乙", "--role", "LP", "--home", site)

    result = run("accounts", "bind-card", account.output.strip(), tmp_path / "card.pem", "--home", site)

    assert "bound to an account already" in result.stderr


def test_the_list_holds_operators_and_enterprises_without_accounts(site: Path, run: Run) -> None:
    run("accounts", "add-enterprise", FIRM, "示例", "--home", site)
    run("accounts", "add-account", "--name", "值班甲", "--role", "ADM", "--home", site)

    rows = json.loads(run("accounts", "list", "--home", site, "--json").output)

    assert [(row["uscc"], row["role"]) for row in rows] == [(FIRM, None), (None, "ADM")]


@pytest.mark.parametrize(("text", "count"), [(FIRM, 1), ("值班甲", 1), ("谁", 0)])
def test_the_list_finds_by_code_or_name(text: str, count: int, site: Path, run: Run) -> None:
    run("accounts", "add-enterprise", FIRM, "示例", "--home", site)
    run("accounts", "add-account", "--name", "值班甲", "--role", "ADM", "--home", site)

    assert len(json.loads(run("accounts", "list", "--find", text, "--home", site, "--json").output)) == count


# dead letters


@pytest.fixture
def two_persons(site: Path, run: Run) -> tuple[str, str]:
    for name in ("值班甲", "值班乙"):
        assert run("accounts", "add-account", "--name", name, "--role", "ADM", "--home", site).exit_code == 0
    return "值班甲", "值班乙"


def test_what_one_person_proposes_another_confirms(
    world: World, site: Path, run: Run, two_persons: tuple[str, str]
) -> None:
    message_id = confirm(world)
    bury(world)
    first, second = two_persons
    proposed = run(
        "dead-letters", "propose", message_id, "--verdict", "resend", "--reason", "地址已更正", "--as", first,
        "--home", site,
    )  # fmt: skip

    confirmed = run("dead-letters", "confirm", proposed.output.strip(), "--as", second, "--home", site)

    assert confirmed.exit_code == 0
    assert state_of(world, message_id) == "QUEUED"


def test_nobody_confirms_his_own_proposal(world: World, site: Path, run: Run, two_persons: tuple[str, str]) -> None:
    message_id = confirm(world)
    bury(world)
    options = ("--verdict", "give_up", "--reason", "x", "--as", two_persons[0], "--home", site)
    proposed = run("dead-letters", "propose", message_id, *options)

    refused = run("dead-letters", "confirm", proposed.output.strip(), "--as", two_persons[0], "--home", site)

    assert "Another person has to confirm" in refused.stderr
    assert state_of(world, message_id) == "DEAD"


def test_dead_letters_are_listed_with_their_open_proposal(
    world: World, site: Path, run: Run, two_persons: tuple[str, str]
) -> None:
    message_id = confirm(world)
    bury(world)
    options = ("--verdict", "resend", "--reason", "x", "--as", two_persons[0], "--home", site)
    proposed = run("dead-letters", "propose", message_id, *options)

    row = next(row for row in json.loads(run("dead-letters", "list", "--home", site, "--json").output))

    assert row["message_id"] == message_id
    assert proposed.output.strip() in row["proposal"]


def test_who_is_no_operator_decides_nothing(world: World, site: Path, run: Run) -> None:
    message_id = confirm(world)
    bury(world)

    result = run(
        "dead-letters", "propose", message_id, "--verdict", "resend", "--reason", "x", "--as", "谁", "--home", site
    )

    assert "does not name one operator" in result.stderr


def test_every_decision_names_the_login_of_whoever_typed_it(
    world: World, site: Path, run: Run, two_persons: tuple[str, str]
) -> None:
    message_id = confirm(world)
    bury(world)
    run(
        "dead-letters", "propose", message_id, "--verdict", "resend", "--reason", "x", "--as", two_persons[0],
        "--home", site,
    )  # fmt: skip

    table = tables.audit
    with reading(world.runtime.engine) as connection:
        line = connection.execute(select(table).where(table.c.what == "cli.propose")).one()

    assert line.detail["login"]


def test_a_parked_message_that_still_waits_stays_parked(world: World, site: Path, run: Run) -> None:
    message = world.review("10", None, number="XW2026-77")
    world.push(message)

    result = run("dead-letters", "replay", "sinosure", message.message_id, "--home", site)

    assert result.output.strip() == "PARKED"


def test_unknown_codes_are_listed_with_a_guess_and_printed_as_a_patch(world: World, site: Path, run: Run) -> None:
    world.push(world.offer())
    world.push(world.review("21", None, result_text="退回补充资料"))

    [row] = json.loads(run("dead-letters", "unmapped", "--home", site, "--json").output)
    patch = run("dead-letters", "unmapped", "--patch", "--home", site).output

    assert (row["code"], row["wording"], row["waiting"]) == ("21", "退回补充资料", 1)
    assert row["proposal"] == "returned? (nearest to 20 退回修改)"
    assert '+        StatusRow("21", "returned", Text("退回补充资料", "Returned for correction (21)"))' in patch


# reconciliation


def test_reconcile_names_what_differs_and_ends_with_one(world: World, site: Path, run: Run) -> None:
    limit = Limit(world.runtime.engine)
    limit.grant(Decimal("1000.00"))
    assert run("reconcile", "--home", site, "--partner", "yunfan").exit_code == 0

    limit.change(Decimal("1000.00"), Decimal("400.00"), 5)
    said = run("reconcile", "--home", site, "--partner", "yunfan")

    assert said.exit_code == 1
    assert limit.number in said.output
    assert "What is used is not the sum of the guarantees" in said.output


def test_reconcile_says_when_there_is_nothing_to_compare(site: Path, run: Run) -> None:
    said = run("reconcile", "--home", site, "--day", "2026-11-20")

    assert said.exit_code == 0
    assert "2026-11-20: nothing to compare" in said.output
