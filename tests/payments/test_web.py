"""Many people at one bill, each before a page of the portal: one instruction goes to the bank (P9)."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

from sqlalchemy import Engine

from hub.config import WebSettings
from hub.testing.simulator.bank import PAID
from tests.payments.schedules import Life
from tests.payments.theatre import theatre
from tests.web.world import ORIGIN, Browser, log_in, signed
from web.app import create_app

PEOPLE = 64
REFUSED = (409, 422)  # the bill is taken, or is due no more
FIELDS = re.compile(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"')
PAGE = re.compile(r'action="(/payment/payment_order/[0-9a-f]{32}/pay)"')


def open_page(browser: Browser, life: Life, bill: str) -> tuple[str, dict[str, str]]:
    """The page of a new payment: where it is sent, and what."""
    (agreement,) = life.ours("payment_agreement")
    text = browser.get(f"/payment/payment_order/new?from=payment_agreement/{agreement.id}&bill={bill}").text
    return PAGE.findall(text)[0], dict(FIELDS.findall(text))


def sign(browser: Browser, life: Life, path: str, fields: dict[str, str]) -> dict[str, str]:
    """The page's fields with what the card has signed."""
    asked = browser.post(f"{path}/payload", fields).json
    return {**fields, "nonce": asked["nonce"], **signed(life.card, asked["payload"])}


def test_of_all_who_pay_one_bill_at_once_one_gives_the_instruction(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "web.secret").write_bytes(bytes(range(32)))
    with theatre(tmp_path, engine.url.render_as_string(hide_password=False), "iso20022") as made:
        life = Life(made, Random("people"), 0)
        life.begin()
        web = WebSettings(origin=ORIGIN, secret=tmp_path / "web.secret")
        app = create_app(replace(life.runtime, settings=replace(life.runtime.settings, web=web)))
        start = Barrier(PEOPLE)

        def pay(browser: Browser) -> Any:
            path, fields = open_page(browser, life, life.bills[0])
            answer = sign(browser, life, path, fields)
            start.wait()
            return browser.post(path, answer)

        people = [Browser(app) for _ in range(PEOPLE)]
        for person in people:
            log_in(person, life.card)
        with ThreadPoolExecutor(PEOPLE) as threads:
            answers = [found.status_code for found in threads.map(pay, people)]
        life.drain()
        orders = life.orders()
        (debit,) = life.desks["iso20022"].books.entries("order")

    assert answers.count(303) == 1
    assert set(answers) <= {303, *REFUSED}
    assert [state for state, _ in orders.values()] == ["SUCCEEDED"]
    assert debit.state == PAID
