"""The simulator from outside: its endpoints, its options, and a whole run as a process of its own."""

import json
import re
import subprocess
import sys
import time

import pytest
import urllib3
from hub_sinosure import simulators
from hub_sinosure.adapter import PARTNER

from hub import registry
from hub.clock import SystemClock
from hub.contract.outcome import OutcomeClass
from hub.crypto.keys import KeySigner
from hub.documents import pdf
from hub.testing import pki
from hub.testing.simulator.rules import RuleError
from hub.testing.simulator.server import OptionError, Options
from hub.testing.stand_in import StandIn

USCC = "91610000MA6TX00X1A"
JSON = {"Content-Type": "application/json"}
RUN = "import json, sys; from hub_sinosure import simulators; simulators()[0].run(json.loads(sys.argv[1]))"


@pytest.fixture
def call():
    with urllib3.PoolManager(retries=False) as pool:

        def _call(method: str, url: str, body: bytes = b"", **headers):
            answer = pool.request(method, url, body=body, headers={"Connection": "close", **headers}, timeout=10)
            return answer.status, json.loads(answer.data)

        yield _call


def test_an_offer_is_ordered_over_http_and_stands_in_the_books(world, call):
    wanted = {"do": "offer", "uscc": USCC, "enterprise_name": "甲公司", "application_no": "XW1"}

    status, said = call("POST", f"{world.insurer.address}/control", json.dumps(wanted).encode(), **JSON)
    world.turn()
    _, books = call("GET", f"{world.insurer.address}/books")

    assert (status, said["application_no"]) == (200, "XW1")
    assert (books["partner"], books["seed"]) == (PARTNER, "seven")
    assert [(row["number"], row["state"]) for row in books["entries"]] == [("XW1", "OFFERED")]
    assert [(row["type"], row["state"]) for row in books["outgoing"]] == [("PolicyOffer", "SENT")]


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        (b'{"do": "dance"}', JSON, 400, "do: must be one of"),
        (b"[]", JSON, 400, "a JSON object"),
        (b"{", JSON, 400, "Expecting"),
        (b'{"do": "clear"}', {"Content-Type": "text/plain"}, 415, "application/json"),
        (b'{"do": "clear"}', {**JSON, "Host": "evil.example"}, 404, "from this machine"),
    ],
)
def test_a_control_that_is_not_ours_is_refused(body, headers, status, reason, world, call):
    said = call("POST", f"{world.insurer.address}/control", body, **headers)

    assert said[0] == status
    assert reason in said[1]["error"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/messages"), ("POST", "/other")])
def test_an_unknown_path_is_a_404_that_names_the_known_ones(method, path, world, call):
    status, said = call(method, f"{world.insurer.address}{path}")

    assert status == 404
    assert "/books" in said["error"]


def test_a_request_without_a_length_or_with_a_huge_one_is_refused(world, call):
    statuses = [
        call("POST", f"{world.insurer.address}/messages", b"", **{"Content-Length": length})[0]
        for length in ("99999999999", "many")
    ]

    assert statuses == [413, 411]


def test_a_message_that_no_rule_matches_is_a_404_and_is_noted(make_world, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('replace = true\n[[rule]]\nname = "r"\ntype = "PolicyReceipt"\nplan = "answer"\n')
    world = make_world(rules=rules)
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    raw = world.hub.post(world.address, out.content)

    assert raw.status == 404
    assert world.journal() == ["unmatched"]
    assert world.insurer.desk.listing()["received"] == []


def test_the_rows_of_a_rules_file_come_first(make_world, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\nname = "no"\ntype = "PolicyConfirmation"\nplan = "reject"\n'
        'equals = { contact_email = "trade@example.com" }\nfault = "busy_503"\n'
    )
    world = make_world(rules=rules)
    message = world.confirmation(world.offer())
    out = world.hub.adapter.build(message, world.hub.context())

    kinds = [world.hub.deliver(world.address, message, out).kind for _ in range(2)]
    world.pass_time(3)

    assert kinds == [OutcomeClass.THROTTLED, OutcomeClass.ACCEPTED]
    assert world.events() == ["offered", "rejected"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[rule]]\nname = "r"\ntype = "PolicyReceipt"\nplan = "dance"\n', "no plan 'dance'"),
        ('[[rule]]\nname = "r"\ntype = "PolicyOffer"\nplan = "answer"\n', "no handler for 'PolicyOffer'"),
    ],
)
def test_a_rule_that_the_insurer_cannot_follow_stops_the_start(text, reason, make_world, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(text)

    with pytest.raises(ValueError, match=reason):
        make_world(rules=rules)


def test_a_rules_file_with_a_strange_key_is_refused(make_world, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nname = "r"\ntype = "PolicyReceipt"\nplan = "answer"\ncolour = "red"\n')

    with pytest.raises(RuleError, match="unknown key colour"):
        make_world(rules=rules)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "key: this option is required"),
        ({"sped": 2}, "sped: unknown option"),
        ({"port": "many"}, "port: 'many' is not int"),
        ({"speed": 0}, "speed: must be more than 0"),
        ({"mix": {"explode": 1}}, "mix: 'explode' is none of"),
    ],
)
def test_an_option_that_is_wrong_is_named(values, reason, town):
    whole = values if not values else {**town.options, **values}

    with pytest.raises(OptionError, match=reason):
        Options.read(whole)


def test_a_message_that_is_not_the_hubs_is_refused_with_a_signed_receipt(world):
    raw = world.hub.post(world.address, b"<Message/>")

    message, _ = world.hub.adapter._verified(raw, world.hub.context())
    assert raw.status == 403
    assert (message.type, message.body["code"], message.body["request_id"]) == ("Receipt", "1001", "unknown")


def test_a_step_that_fails_is_struck_off_and_noted(world):
    with world.insurer.desk.books.writing():
        world.insurer.desk.later("confirm_receipt", 0.0, "XB-unknown", answers="x")
    world.offer()

    listing = world.insurer.desk.listing()
    assert listing["agenda"] == []
    assert [row["what"] for row in listing["journal"]] == ["step failed"]
    assert world.events() == ["offered"]


def test_the_plugin_is_found_and_brings_adapter_and_simulator():
    found = registry.build()

    assert found.origins[PARTNER] == "sinosure"
    assert [spec.partner for spec in found.simulators() if spec.partner == PARTNER] == [PARTNER]
    assert [spec.partner for spec in simulators()] == [PARTNER]


def test_a_process_of_its_own_offers_reviews_and_issues(adapter, tmp_path, call):
    """Real time, real processes, real papers: everything at twenty times the speed."""
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")
    clock = SystemClock()
    root = pki.make_authority("test", clock.now())
    ours, theirs = (pki.issue_partner(root, name, clock.now(), algorithm="ecdsa-sha256") for name in "ab")
    files = {"key": theirs.key, "certificate": theirs.certificate, "hub_certificate": ours.certificate}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with StandIn(adapter, KeySigner.from_pem(ours.key, ours.certificate), [theirs.der], clock) as hub:
        options = {**{name: str(tmp_path / name) for name in files}, "hub": hub.address, "speed": 20}
        with subprocess.Popen(
            [sys.executable, "-c", RUN, json.dumps(options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                said = process.stdout.readline()
                address = re.search(r"(http://\S+)/messages", said)[1]
                wanted = json.dumps({"do": "offer", "uscc": USCC, "enterprise_name": "甲公司"}).encode()
                number = call("POST", f"{address}/control", wanted, **JSON)[1]["application_no"]
                until(lambda: len(hub.taken) == 1)
                body = {
                    "application_no": number,
                    "contact_name": "王小明",
                    "contact_mobile": "13800000000",
                    "contact_email": "trade@example.com",
                    "declaration_version": "2026-1",
                    "declaration_hash": "ab" * 32,
                    "accepted_at": clock.now(),
                }
                hub.send(f"{address}/messages", hub.message("PolicyConfirmation", number, USCC, body))
                until(lambda: len(hub.taken) == 3)
            finally:
                process.terminate()
                process.communicate(timeout=20)

    assert [message.canonical.type for message in hub.taken] == ["PolicyOffer", "ReviewResult", "PolicyIssued"]


def until(true) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
