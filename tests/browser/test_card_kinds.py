"""The main job with other cards: an SM2 card, and a token behind a PKCS#11 library in an agent of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asn1crypto import pem
from hub_card_softcard.cardfile import open_key, read_card
from playwright.sync_api import Page, expect
from sqlalchemy import and_, select

from hub import config
from hub.store import tables
from hub.store.engine import open_engine, reading
from hub.testing import softhsm
from hub.testing.pki import Identity
from tests.browser.conftest import Demo, enter, running
from tests.browser.test_journey import fill, open_offer, sign

pytestmark = pytest.mark.browser


def confirm_an_offer(page: Page, demo: Demo) -> str:
    demo.control(do="offer", uscc="91000000DEM000014K", enterprise_name="示例进出口有限公司")
    number = open_offer(page)
    fill(page)
    sign(page, demo.pin)
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    return number


def approved(page: Page, demo: Demo, number: str) -> bytes:
    """Wait until the insurer has said yes to the application; returns the message that it was sent."""
    application = and_(tables.business_object.c.number == number, tables.business_object.c.kind == "micro_application")
    sent = select(tables.outbox_raw.c.content).join(tables.outbox).where(tables.outbox.c.business_key == number)
    engine = open_engine(config.load(demo.home / "swhub.toml", {}).database_url())
    try:
        for _ in range(60):
            with reading(engine) as connection:
                if connection.execute(select(tables.business_object.c.state).where(application)).scalar() == "APPROVED":
                    return bytes(connection.execute(sent).scalars().first() or b"")
            page.wait_for_timeout(250)
    finally:
        engine.dispose()
    raise AssertionError("the insurer has not approved")


@pytest.mark.parametrize("serial", ["DEMO-4", "DEMO-5"], ids=["operator", "legal person"])
def test_an_sm2_card_logs_in_and_confirms(demo: Demo, login: Callable[..., Page], serial: str) -> None:
    page = login(serial)

    number = confirm_an_offer(page, demo)

    assert b">sm2-sm3<" in approved(page, demo, number)


def soft_card(demo: Demo, serial: str) -> Identity:
    """What is on a soft card of the demo."""
    path = demo.home / "cards" / f"{serial}.card"
    header = read_card(path).header
    key = pem.armor("PRIVATE KEY", open_key(path, demo.pin))
    certificate = f"-----BEGIN CERTIFICATE-----\n{header.certificate}\n-----END CERTIFICATE-----\n".encode()
    return Identity(algorithm=header.algorithm, key=key, certificate=certificate)


@pytest.fixture
def with_token(tmp_path: Path) -> Iterator[Demo]:
    """A demo whose agent drives a SoftHSM token that holds what DEMO-1 holds, and no soft card."""
    try:
        module = softhsm.module_path()
    except softhsm.NoSoftHsm as missing:
        pytest.skip(str(missing))
    with running(tmp_path / "home") as demo:
        conf = softhsm.make_tokens(tmp_path / "softhsm", {"DEMO-1": (soft_card(demo, "DEMO-1"), demo.pin)})
        os.kill(json.loads((demo.home / "demo.json").read_text())["pids"]["card-agent"], signal.SIGTERM)
        config = tmp_path / "agent.toml"
        own = (demo.home / "agent.toml").read_text(encoding="utf-8").partition("[drivers")[0]
        config.write_text(f'{own}[drivers.card_pkcs11]\nmodule = "{module}"\n', encoding="utf-8")
        log = (tmp_path / "agent.log").open("wb")
        agent = subprocess.Popen(
            [Path(sys.executable).with_name("swhub"), "card-agent", "--config", config],
            env={**os.environ, softhsm.CONF: str(conf)},
            stdout=log,
            stderr=log,
        )
        yield demo
        agent.terminate()
        agent.wait()
        log.close()
        assert demo.pin not in (tmp_path / "agent.log").read_text()


@pytest.mark.softhsm
def test_a_token_behind_pkcs11_logs_in_and_confirms(with_token: Demo, page: Page) -> None:
    page.goto(with_token.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    token = page.locator("select").first.locator("option").first.get_attribute("value")
    assert token is not None
    assert re.fullmatch(r"pkcs11:[0-9a-f]+-01", token)

    enter(page, with_token, token)
    number = confirm_an_offer(page, with_token)

    assert b">ecdsa-sha256<" in approved(page, with_token, number)
