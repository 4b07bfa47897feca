"""A claim while it is filled in: its policy, its buyer from the insurer's list, its documents at the source.

The insurer and the source of trade data are their simulators, over real HTTP.
"""

import io
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hub_data_sandbox.adapter import sandbox
from hub_data_sandbox.simulator.scenario import SCENARIO as SOURCE
from hub_sinosure.adapter import sinosure
from hub_sinosure.simulator.scenario import SCENARIO as INSURER

from hub import registry
from hub.business import KINDS
from hub.business.claim_report import report_rows
from hub.config import DeliverySettings, HubSettings, PartnerSettings
from hub.crypto.keys import KeySigner
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from hub.store.engine import reading
from hub.testing import pki
from hub.testing.simulator import controls
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from tests.web.test_beginnings import hidden
from tests.web.test_unified_policy import LOSS, LOSSES, REPORTS, SZ, only, portal, post
from tests.web.world import OURS, THEIRS, Browser, World
from tests.workbook.books import book
from web.app import create_app
from web.forms.claim import ShipmentRow

LIST = "/claim/claim"
TITLE = "《中国国际贸易单一窗口出口信用保险服务协议》"
FOUND, GONE = "224820260000000001", "224820260000000009"
LINE = {
    "contract_or_lc_no": "HT-1",
    "invoice_no": "INV-1",
    "hs_code": "1002900000",
    "shipped_on": "2026-11-10",
    "declaration_no": FOUND,
    "payment_method": "OA",
    "payment_term": "60天",
    "invoice_amount_usd": "30000.00",
    "received_amount_usd": "10000.00",
    "claim_amount_usd": "20000.00",
    "collection_status": "PARTIAL",
}


@dataclass
class Town:
    """A portal between a browser, the insurer and the source of trade data."""

    world: World
    browser: Browser
    source: Simulator
    policy: BusinessObject

    def begin(self, listing: str = LIST) -> str:
        """A claim under the policy, or what else is begun from it; returns the path of its form."""
        page = self.browser.get(f"{listing}/new?from=policy/{self.policy.id}").text
        path = re.findall(rf'action="({listing}/[0-9a-f]{{32}})/submit"', page)[0]
        kept = {name: hidden(page, name) for name in ("revision", "draft_revision", "action", "begin", "from")}
        self.browser.post(f"{path}/draft", kept)
        return path

    def save(self, path: str, **typed: str) -> Any:
        """暂存, or the errand that is named."""
        return self.browser.post(f"{path}/draft", {"action": "submit", **self.typed(path), **typed})

    def typed(self, path: str) -> dict[str, str]:
        """The draft as the page would post it again."""
        with reading(self.world.runtime.engine) as connection:
            mine, (kind, object_id) = Tenant(connection, OURS), path.split("/")[2:]
            entry = KINDS[kind].entry
            draft = mine.draft(mine.get(kind, object_id), entry.form if entry and entry.form else "")
        assert draft is not None
        return {name: value for name, value in draft.values.items() if isinstance(value, str)}

    def ship(self, path: str, *numbers: str) -> Any:
        """Enter one shipment for each declaration."""
        rows = [{**LINE, "declaration_no": number} for number in numbers]
        typed = {f"shipments-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
        return self.save(path, **typed)

    def claim(self, path: str) -> BusinessObject:
        """As the enterprise sees it."""
        with reading(self.world.runtime.engine) as connection:
            return Tenant(connection, OURS).get("claim", path.rpartition("/")[2])

    def declare(self, number: str, uscc: str = OURS) -> None:
        wanted = {"do": "declare", "uscc": uscc, "enterprise_name": "示例出口企业", "declaration_no": number}
        controls.control(self.source.desk, wanted)


@pytest.fixture
def town(world: World, tmp_path: Path) -> Iterator[Town]:
    root = pki.make_authority("test", world.clock.now())
    hub = pki.issue_partner(root, "hub", world.clock.now(), algorithm="ecdsa-sha256")
    (tmp_path / "hub.crt").write_bytes(hub.certificate)
    plugs = (sinosure(), INSURER), (sandbox(), SOURCE)
    with ExitStack() as stack:
        partners, running = {}, []
        for adapter, scenario in plugs:
            code = adapter.sheet.partner
            keys = pki.issue_partner(root, code, world.clock.now(), algorithm="ecdsa-sha256")
            files = {"key": keys.key, "certificate": keys.certificate, "hub_certificate": hub.certificate}
            for name, content in files.items():
                (tmp_path / f"{code}.{name}").write_bytes(content)
            options = Options.read(
                {name: tmp_path / f"{code}.{name}" for name in files} | {"seed": "seven", "late": 3.0}
            )
            speech = other_side(adapter.sheet, "swhub")
            desk = make_desk(code, scenario, speech, options, Keys.read(options), world.clock)
            running.append(stack.enter_context(Simulator(desk)))
            partners[code] = PartnerSettings(
                address=f"{running[-1].address}/messages", certificates=(tmp_path / f"{code}.certificate",)
            )
        runtime = replace(
            world.runtime,
            settings=replace(
                world.runtime.settings,
                hub=HubSettings(code="swhub"),
                delivery=DeliverySettings(answer_seconds=1.0),
                partners=partners,
            ),
            registry=registry.of([adapter for adapter, _ in plugs]),
            signer=KeySigner.from_pem(hub.key, hub.certificate),
        )
        world = World(runtime=runtime, clock=world.clock, partner="sinosure")
        app = create_app(runtime)
        stack.callback(app.extensions["swhub"].questions.transport.close)
        yield Town(world, Browser(app, world.enter("LP")), running[1], world.policy())


def test_the_policies_stand_over_the_claims_and_begin_them(town: Town) -> None:
    page = town.browser.get(LIST).text

    assert "信用保险保单" in page
    assert f"/claim/claim/new?from=policy/{town.policy.id}" in page


def test_a_chosen_policy_leaves_its_own_claims_below(town: Town) -> None:
    town.world.policy("BD2026-0002")
    town.begin()

    assert re.search(r'<th scope="row" class="number">SP', town.browser.get(f"{LIST}?policy_no=BD2026-0001").text)
    assert not re.search(r'<th scope="row" class="number">SP', town.browser.get(f"{LIST}?policy_no=BD2026-0002").text)


def test_the_policies_have_pages_of_their_own(town: Town) -> None:
    for place in range(2, 8):
        town.world.clock.move(timedelta(seconds=1))
        town.world.policy(f"BD2026-000{place}")

    first, second = town.browser.get(LIST).text, town.browser.get(f"{LIST}?above=2").text

    assert "BD2026-0001" not in first
    assert "BD2026-0001" in second


def test_an_expired_policy_can_still_be_claimed_under(town: Town) -> None:
    town.world.event(town.policy, "expired")

    page = town.browser.get(LIST).text

    assert "失效" in page
    assert f"/claim/claim/new?from=policy/{town.policy.id}" in page


def test_policies_that_are_not_in_force_yet_or_terminated_are_not_offered(town: Town) -> None:
    values = {"product_name": "小微信保易", "effective_date": date(2026, 12, 1), "expiry_date": date(2027, 11, 30)}
    town.world.create("policy", "BD2026-0007", OURS, "issued", values | {"policy_no": "BD2026-0007"})
    town.world.event(town.world.policy("BD2026-0008"), "terminated")

    page = town.browser.get(LIST).text

    assert town.policy.number in page
    assert ("BD2026-0007" in page, "BD2026-0008" in page) == (False, False)


def test_another_enterprises_policy_is_not_shown_and_begins_nothing(town: Town) -> None:
    other = town.world.policy("BD2026-0009", THEIRS)

    assert other.number not in town.browser.get(LIST).text
    assert town.browser.get(f"{LIST}/new?from=policy/{other.id}").status_code == 404


def test_an_errand_keeps_what_was_typed_and_leads_on(town: Town) -> None:
    path = town.begin()

    answer = town.save(path, case_text="买方失联", errand="buyers")

    assert answer.headers["Location"] == f"{path}/buyers"
    assert town.typed(path)["case_text"] == "买方失联"


@pytest.mark.parametrize("errand", ["timeline", "../..", "//evil.example", ""])
def test_an_errand_that_the_form_does_not_declare_leads_back_to_the_form(town: Town, errand: str) -> None:
    path = town.begin()

    assert town.save(path, errand=errand).headers["Location"] == f"{path}/submit"


def test_a_buyer_is_found_in_the_insurers_list_page_by_page(town: Town) -> None:
    path = town.begin()

    first, last = town.browser.get(f"{path}/buyers").text, town.browser.get(f"{path}/buyers?page=3").text

    assert "第 1 页，共 3 页，45 条记录" in first
    assert "EXAMPLE BUYER 01" in first
    assert "EXAMPLE BUYER 45" in last
    assert "EXAMPLE BUYER 01" not in last


def test_a_buyer_is_searched_by_its_name_and_its_country(town: Town) -> None:
    path = town.begin()

    found = town.browser.get(f"{path}/buyers?name_en=buyer+01&country=DNK").text
    none = town.browser.get(f"{path}/buyers?name_en=buyer+01&country=USA").text

    assert "MF100001" in found
    assert "MF100001" not in none
    assert "未查询到数据" in none


def test_a_chosen_buyer_is_filled_in_and_nothing_else_changes(town: Town) -> None:
    path = town.begin()
    town.save(path, case_text="买方失联")

    town.browser.post(f"{path}/buyers", {"buyer_code": "MF100001", "buyer_name_en": "EXAMPLE BUYER 01 A/S"})

    typed = town.typed(path)
    assert (typed["buyer_code"], typed["buyer_name_en"]) == ("MF100001", "EXAMPLE BUYER 01 A/S")
    assert typed["case_text"] == "买方失联"


@pytest.mark.parametrize("listing", [LOSSES, REPORTS])
def test_a_loss_report_and_a_request_take_their_buyer_from_the_same_list(listing: str, town: Town) -> None:
    town.policy = town.world.policy("BD2026-0009", programme=SZ)
    path = town.begin(listing)
    errand = town.browser.get(f"{path}/submit").text
    page = town.browser.get(f"{path}/buyers?name_en=buyer+01").text
    choice = page.split(f'action="{path}/buyers" class="inline"')[1].split("</form>")[0]
    found = dict(re.findall(r'name="(buyer_\w+)" value="([^"]*)"', choice))
    answer = town.browser.post(f"{path}/buyers", found)
    form = town.browser.get(answer.headers["Location"]).text

    assert 'name="errand" value="buyers"' in errand
    assert re.search('name="buyer_code"[^>]* value="MF100001"', form)
    assert 'value="DNK" selected' in form


def test_a_form_without_a_buyer_has_no_list_of_them(town: Town) -> None:
    assert town.browser.get(f"/inquiry/inquiry/{uuid.uuid4().hex}/buyers").status_code == 404
    assert town.browser.get(f"/claim/buyer/{uuid.uuid4().hex}/buyers").status_code == 404


def test_a_list_that_cannot_be_had_is_not_an_empty_list(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = town.begin()
    partners = dict(town.world.runtime.settings.partners)
    monkeypatch.setitem(
        town.world.runtime.settings.partners,  # type: ignore[arg-type]
        "sinosure",
        replace(partners["sinosure"], address="http://127.0.0.1:9/messages"),
    )

    page = town.browser.get(f"{path}/buyers").text

    assert "查询服务暂不可用，请稍后重试" in page
    assert "未查询到数据" not in page.split("本企业新建的买方")[0]


@pytest.mark.parametrize("listing", [LIST, LOSSES, REPORTS])
def test_a_buyer_begun_from_a_form_fills_its_number_in_there_once_it_is_handed_in(listing: str, town: Town) -> None:
    town.policy = town.world.policy("BD2026-0009", programme=SZ)
    path = town.begin(listing)
    town.save(path, buyer_code="MF100001")
    leads = re.findall(r'href="(/claim/buyer/new\?from=[^"]+)"', town.browser.get(f"{path}/buyers").text)[0]
    page = town.browser.get(leads).text
    buyer = re.findall(r'action="(/claim/buyer/[0-9a-f]{32})/register"', page)[0]
    kept = {name: hidden(page, name) for name in ("revision", "draft_revision", "action", "begin", "from")}
    refused = town.browser.post(f"{buyer}/register", {**kept, "name_en": "NEW BUYER LTD", "country": "GBR"})
    again = {name: hidden(refused.text, name) for name in ("revision", "draft_revision", "action", "from")}
    typed = {"name_en": "NEW BUYER LTD", "country": "GBR", "address_en": "1 Example Street"}

    answer = town.browser.post(f"{buyer}/register", {**again, **typed})

    assert f'href="{path}/submit"' in refused.text  # the way back
    assert answer.headers["Location"] == f"{path}/submit"
    filled = town.typed(path)
    assert (filled["buyer_name_en"], filled["buyer_code"]) == ("NEW BUYER LTD", "")
    assert filled.get("buyer_no", "").startswith("MF2026") == (listing == LIST)  # reports ask for no number


def test_a_buyer_begun_for_a_claim_that_was_submitted_meanwhile_changes_nothing_there(town: Town) -> None:
    path = town.begin()
    page = town.browser.get(town.save(path, errand="buyer").headers["Location"]).text
    buyer = re.findall(r'action="(/claim/buyer/[0-9a-f]{32})/register"', page)[0]
    kept = {name: hidden(page, name) for name in ("revision", "draft_revision", "action", "begin", "from")}
    typed = {"name_en": "NEW BUYER LTD", "country": "GBR", "address_en": "1 Example Street"}
    town.browser.post(f"{buyer}/draft", kept | typed)
    with reading(town.world.runtime.engine) as connection:
        claim = Tenant(connection, OURS).get("claim", path.rpartition("/")[2])
    town.world.event(claim, "submitted", buyer_no="MF2026-1")

    answer = town.browser.post(f"{buyer}/register", {**kept, **typed, "begin": "", "draft_revision": "1"})

    assert answer.headers["Location"] == f"{buyer}/progress?action=register"
    assert town.typed(path)["buyer_name_en"] == ""


def test_what_acts_on_the_whole_claim_stands_above_and_below_it(town: Town) -> None:
    path = town.begin()
    town.save(path)

    before, _, after = town.browser.get(f"{path}/submit").text.partition("data-entry")

    for part in (before, after):
        assert re.search(r'<button type="submit" form="[^"]+" class="btn primary"', part)
        assert 'data-shortcut="save"' in part


def test_a_new_buyer_can_be_chosen_once_it_was_submitted(town: Town) -> None:
    path = town.begin()
    page = town.browser.get("/claim/buyer/new").text
    buyer = re.findall(r'action="(/claim/buyer/[0-9a-f]{32})/register"', page)[0]
    kept = {name: hidden(page, name) for name in ("revision", "draft_revision", "action", "begin")}
    typed = {"name_en": "NEW BUYER LTD", "country": "GBR", "address_en": "1 Example Street"}
    town.browser.post(f"{buyer}/draft", kept | typed)
    before = town.browser.get(f"{path}/buyers").text
    town.browser.post(f"{buyer}/register", {**kept, **typed, "begin": "", "draft_revision": "1"})
    after = town.browser.get(f"{path}/buyers").text

    assert 'name="buyer_no" value="MF2026' not in before
    assert 'name="buyer_no" value="MF2026' in after
    assert "待编码" in after


def test_the_code_of_a_new_buyer_stands_in_a_draft_and_in_a_claim_that_was_submitted_before(town: Town) -> None:
    mine, other = town.begin(), town.begin()
    facts = {"buyer_no": "MF2026-1", "name_en": "NEW BUYER LTD"}
    buyer = town.world.create("buyer", "MF2026-1", OURS, "begun", facts)
    town.save(mine, buyer_no="MF2026-1")
    with reading(town.world.runtime.engine) as connection:
        claim = Tenant(connection, OURS).get("claim", other.rpartition("/")[2])
    town.world.event(claim, "submitted", buyer_no="MF2026-1")
    before = town.browser.get(f"{mine}/submit").text, town.browser.get(other).text

    town.world.event(town.world.event(buyer, "registered"), "coded", buyer_code="MF900001")

    assert not any("MF900001" in page for page in before)
    assert 'value="MF900001"' in town.browser.get(f"{mine}/submit").text
    assert "MF900001" in town.browser.get(other).text


def test_each_document_is_looked_up_with_what_is_wrong_and_what_to_do(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND)
    town.ship(path, FOUND, GONE)

    page = town.browser.get(f"{path}/check").text

    assert "数据正常" in page
    assert "BL0000000001" in page
    assert "未查询到符合条件的数据" in page
    assert "请检查编号是否录入有误" in page


def test_what_a_document_says_can_be_read(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND)
    town.ship(path, FOUND)

    page = town.browser.get(f"{path}/check").text

    assert "(2248) 洋山港区" in page
    assert "示例商品 规格一" in page
    assert set(re.findall(r"<td([^>]*)>\d{4}-\d\d-\d\d</td>", page)) == {""}  # not wrapped at a hyphen


def test_another_enterprises_declaration_is_named_and_not_shown(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND, THEIRS)
    town.ship(path, FOUND)

    page = town.browser.get(f"{path}/check").text

    assert "非本企业数据" in page
    assert "示例出口企业" not in page


def test_without_shipments_the_check_says_what_comes_first(town: Town) -> None:
    assert "请先录入并暂存出运信息" in town.browser.get(f"{town.begin()}/check").text


def test_a_report_of_documents_in_order_is_made_and_shown_before_it_is_agreed_to(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND)
    town.ship(path, FOUND)

    answer = town.browser.post(f"{path}/report")
    page = town.browser.get(answer.headers["Location"]).text

    document = re.findall(r'<iframe class="paper"[^>]* src="(/documents/[0-9a-f]+)"', page)[0]
    assert answer.headers["Location"] == f"{path}/agree"
    assert town.browser.get(document).data.startswith(b"%PDF")


def test_a_document_that_is_not_in_order_makes_no_report_and_says_why(town: Town) -> None:
    path = town.begin()
    town.ship(path, GONE)

    answer = town.browser.post(f"{path}/report")

    assert answer.status_code == 422
    assert "单证未全部“数据正常”，不能生成报告" in answer.text


def test_a_shipment_that_is_not_complete_makes_no_report(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND)
    town.save(path, **{"shipments-0-declaration_no": FOUND})

    answer = town.browser.post(f"{path}/report")

    assert answer.status_code == 422
    assert "出运信息未填写完整或有误" in answer.text


def test_without_the_service_agreement_a_claim_is_filled_in_and_the_page_says_what_is_missing(town: Town) -> None:
    path = town.begin()

    page = town.browser.get(f"{path}/submit")

    assert page.status_code == 200
    assert "请先签署《中国国际贸易单一窗口出口信用保险服务协议》" in page.text
    assert "请先签署《中国国际贸易单一窗口出口信用保险服务协议》" in town.browser.get(LIST).text


def test_while_the_insurer_seals_the_agreement_a_claim_is_drafted_and_the_page_says_so(town: Town) -> None:
    path = town.begin()
    agreement = town.world.create("agreement", "FW1", OURS, "begun", {"agreement_no": "FW1"})
    town.world.event(agreement, "signed")

    pages = [town.browser.get(address) for address in (LIST, f"{path}/submit")]

    way = f'<a class="btn" href="/agreement/agreement/{agreement.id}">{TITLE}</a>'
    assert [("服务协议签约中" in page.text, way in page.text) for page in pages] == [(True, True)] * 2


def test_the_title_of_the_missing_agreement_opens_its_text_to_be_signed(town: Town) -> None:
    path = town.begin()

    def ways() -> list[str]:
        pages = [town.browser.get(address).text for address in (LIST, f"{path}/submit")]
        return [found for page in pages for found in re.findall(rf'<a class="btn" href="([^"]+)">{TITLE}</a>', page)]

    none = ways()
    text = town.browser.get(none[0]).text
    agreement = town.world.create("agreement", "FW1", OURS, "begun", {"agreement_no": "FW1"})
    begun = ways()

    assert none == ["/agreement/agreement/new"] * 2
    assert begun == [f"/agreement/agreement/{agreement.id}/sign"] * 2
    assert [">同意</button>" in page for page in (text, town.browser.get(begun[0]).text)] == [True, True]


def test_a_service_agreement_that_is_signed_can_be_read_from_the_claims(town: Town) -> None:
    before = town.browser.get(LIST).text
    agreement = town.world.create("agreement", "FW1", OURS, "begun", {"agreement_no": "FW1"})
    for name in ("signed", "countersigned"):
        town.world.event(agreement, name)
    after = town.browser.get(LIST).text

    assert "查看服务协议" not in before
    assert f'<a href="/agreement/agreement/{agreement.id}">查看服务协议</a>' in after


def test_a_service_agreement_that_is_begun_is_not_offered_again(town: Town) -> None:
    before = town.browser.get("/agreement/agreement").text
    town.world.create("agreement", "FW1", OURS, "begun", {"agreement_no": "FW1"})

    after = town.browser.get("/agreement/agreement").text

    new = 'href="/agreement/agreement/new"'
    assert (new in before, new in after) == (True, False)


def test_what_the_insurer_asks_for_stands_over_the_further_material(town: Town) -> None:
    path = town.begin()
    claim = town.world.event(town.claim(path), "submitted")
    town.world.event(claim, "supplement_required", reason="请补充货物照片", manager_name="张经理")

    page = town.browser.get(f"{path}/supplement").text

    assert "请补充货物照片" in page
    assert "张经理" in page
    assert 'name="file-material"' in page


@pytest.mark.parametrize("page", ["buyers", "check", "agree"])
def test_another_enterprises_claim_is_not_there(town: Town, page: str) -> None:
    path = town.begin()
    other = Browser(town.browser.app, town.world.enter("LP", THEIRS))

    assert other.get(f"{path}/{page}").status_code == 404


def test_every_answer_of_the_insurer_stands_in_the_claims_view(town: Town) -> None:
    path = town.begin()
    with reading(town.world.runtime.engine) as connection:
        claim = Tenant(connection, OURS).get("claim", path.rpartition("/")[2])
    manager = {"manager_name": "张经理", "manager_phone": "010-66582288"}
    town.world.event(claim, "returned", reason="请补充合同签字页", **manager)
    town.world.event(claim, "paid", paid_amount_usd=Decimal("16000.00"), paid_on=date(2026, 12, 1))

    page = town.browser.get(path).text.split("审核回执")[2]

    assert "请补充合同签字页" in page
    assert "010-66582288" in page
    assert "16,000.00" in page


def test_a_loss_report_is_carried_into_its_claim_and_shows_what_that_might_bring(town: Town) -> None:
    policy = town.world.policy("BD2026-0009", programme=SZ)
    browser = portal(town.world)
    assert post(browser, LOSSES, policy, LOSS).status_code == 303
    loss = only(town.world, "loss_report")
    detail = browser.get(f"{LOSSES}/{loss.id}").text
    page = browser.get(f"/claim/claim/new?from=loss_report/{loss.id}").text

    assert f"/claim/claim/new?from=loss_report/{loss.id}" in detail
    assert "200,000.00" in detail
    assert "丹麦" in detail
    for text in ("BD2026-0009", "EXAMPLE BUYER A/S", "买方逾期未付款。", "INV-7", "250000.00"):
        assert text in page
    assert "预计赔付（美元，以正式保单约定为准）" in page


def test_what_a_claim_might_bring_follows_the_rule_and_is_shown_only_where_one_is_known(town: Town) -> None:
    other = town.begin()
    town.policy = town.world.policy("BD2026-0009", programme=SZ)
    path = town.begin()
    big = {f"shipments-0-{name}": value for name, value in LINE.items()} | {
        "shipments-0-invoice_amount_usd": "200001.00",
        "shipments-0-received_amount_usd": "0.00",
        "shipments-0-claim_amount_usd": "200001.00",
    }
    answer = town.browser.post(f"{path}/submit/derived", {**town.typed(path), **big})

    assert answer.json["expected_usd"] == "150,000.00"
    assert "预计赔付" in town.browser.get(f"{path}/submit").text
    assert "预计赔付" not in town.browser.get(f"{other}/submit").text


def test_a_report_whose_numbers_have_changed_is_out_of_date_on_the_check_page(town: Town) -> None:
    path = town.begin()
    town.declare(FOUND)
    town.declare("224820260000000002")
    town.ship(path, FOUND)
    town.browser.post(f"{path}/report")
    before = town.browser.get(f"{path}/check").text
    town.ship(path, "224820260000000002")
    after = town.browser.get(f"{path}/check").text

    assert ("已过期" in before, "确认报告" in before) == (False, True)
    assert all("已过期" in town.browser.get(shown).text for shown in (LIST, path))
    assert ("已过期" in after, "确认报告" in after) == (True, False)


def sealed(town: Town, path: str) -> None:
    """Its shipment has a report, agreed to."""
    town.ship(path, FOUND)
    rows = report_rows("SP20261120000000001", [{**LINE, "declaration_no": FOUND}])
    claim = town.world.event(town.claim(path), "report_made", report_rows=rows)
    town.world.event(claim, "report_agreed", report_signed_at=town.world.clock.now())


def test_a_form_says_at_once_that_its_report_is_out_of_date(town: Town) -> None:
    path, other = town.begin(), "224820260000000002"
    sealed(town, path)
    said = f"出运数据报告已过期：{other} 有变动，请重新生成报告"
    before = town.browser.get(f"{path}/submit").text
    town.ship(path, other)

    after = town.browser.get(f"{path}/submit").text

    assert ("出运数据报告已过期" in before, f"<p>{said}</p>" in after) == (False, True)


def test_a_form_names_three_of_many_numbers_that_its_report_lacks(town: Town) -> None:
    path = town.begin()
    sealed(town, path)
    town.ship(path, FOUND, *(f"22482026000000000{last}" for last in range(2, 7)))

    page = town.browser.get(f"{path}/submit").text

    assert (page.count("<p>出运数据报告已过期："), "<p>共 5 处</p>" in page) == (3, True)


def test_shipments_can_be_imported_after_the_report_was_sealed(town: Town) -> None:
    path = town.begin()
    sealed(town, path)
    address = town.save(path, row="import:shipments").headers["Location"]
    row = {**LINE, "invoice_no": "INV-2", "declaration_no": "224820260000000002"}
    shown = ShipmentRow().shown()
    content = book([shown[name]["label"].zh for name in row], [*row.values()])

    town.browser.post(address, {"file": (io.BytesIO(content), "shipments.xlsx"), "mode": "append"})

    assert "共 1 行，正确 1，错误 0" in town.browser.get(address).text


@pytest.mark.parametrize(("answer", "waits"), [("returned", 1), ("supplement_required", 1), ("review_begun", 0)])
def test_a_claim_that_the_insurer_sends_back_is_counted_at_home_and_in_the_menu(
    answer: str, waits: int, town: Town
) -> None:
    claim = town.world.event(town.claim(town.begin()), "submitted")
    town.world.event(claim, answer)

    page = town.browser.get("/").text

    assert f"索赔申请({waits})" in page
    assert re.findall(rf'data-count="{LIST}"[^>]*>(\d+)<', page) == [str(waits)]
