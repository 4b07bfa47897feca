"""The log: two forms, and nothing in it that no log may hold."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hub import log
from hub.errors import ConfigError


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def one(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return dict(json.loads(lines[0]))


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json")

    logging.getLogger("swhub.delivery").warning("%s: message refused, %s", "sinosure", "1001")

    line = one(capsys)
    assert line["event"] == "sinosure: message refused, 1001"
    assert (line["level"], line["logger"]) == ("warning", "swhub.delivery")
    assert line["timestamp"].endswith("Z")


def test_console_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("console")

    structlog.get_logger("swhub").info("started", senders=4)

    assert "started" in capsys.readouterr().err


def test_structlog_and_logging_come_out_alike(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json")

    structlog.get_logger("swhub").info("started", senders=4)

    line = one(capsys)
    assert (line["event"], line["senders"], line["level"]) == ("started", 4, "info")


def test_another_form_is_refused() -> None:
    with pytest.raises(ConfigError, match="console or json"):
        log.configure("xml")


def test_a_second_set_up_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("console")
    log.configure("json")

    logging.getLogger("swhub").warning("once")

    one(capsys)


@pytest.mark.parametrize(
    "text",
    ["call 13800000000 now", "+86 13912345678", "mail wang.xm@example.com.cn please"],
)
def test_telephone_numbers_and_addresses_are_taken_out(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json")

    logging.getLogger("swhub").warning(text)

    event = one(capsys)["event"]
    assert log.MASK in event
    assert not any(part in event for part in ("13800000000", "13912345678", "wang"))


@given(st.sampled_from(sorted(log.SECRETS | log.PERSONAL)), st.text(min_size=1, max_size=20))
def test_fields_that_are_personal_or_secret_are_masked(name: str, value: str) -> None:
    assert log.redact(None, "info", {"event": "x", name: value})[name] == log.MASK


@given(st.uuids())
def test_message_ids_are_left_alone(message_id: object) -> None:
    assert log.redact(None, "info", {"event": f"sent {message_id}"})["event"] == f"sent {message_id}"


def test_credit_codes_and_digests_are_left_alone() -> None:
    text = "91000000DEM000014K 256130eea9c320d614f9e5667e42ef9bbffe2a4c2866e82b9944dca5ff31ef67 XW2026-13812345678"

    assert log.redact(None, "info", {"event": text})["event"] == text


def test_an_exception_is_its_type_place_and_first_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("json")
    try:
        raise ValueError("constraint failed\n[parameters: ('王小明', '13800000000')]")
    except ValueError:
        logging.getLogger("swhub").exception("job failed")

    line = one(capsys)
    assert line["error"] == "ValueError: constraint failed"
    assert "test_log.py" in line["at"]
    assert "王小明" not in json.dumps(line, ensure_ascii=False)
