import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.contract.adapters import Refusal
from hub.contract.message import ActorSignature, Attachment
from hub.xml import catalogue as of_catalogue
from hub.xml.catalogue import Catalogue, default_catalogue
from hub.xml.dialect import seal
from hub.xml.explain import MOST

TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.sampled_from("𠮷龘㐂\r\n\t"),
    min_size=1,
    max_size=40,
)
NAME = st.text(st.characters(categories=("Lo", "Lu", "Ll")) | st.sampled_from("王𠮷龘"), min_size=2, max_size=50)
TIME = st.datetimes(
    min_value=datetime(1900, 1, 2),  # noqa: DTZ001
    max_value=datetime(2099, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
BODY = st.fixed_dictionaries(
    {
        "application_no": st.text("ABab019-_/中", min_size=1, max_size=64),
        "contact_name": NAME,
        "contact_mobile": st.from_regex("1[0-9]{10}", fullmatch=True),
        "contact_email": st.just("trade@example.com"),
        "declaration_version": st.just("2026-1"),
        "declaration_hash": st.just("ab" * 32),
        "accepted_at": TIME,
    },
    optional={
        "remark": TEXT,
        "reading_evidence": st.fixed_dictionaries(
            {"document_sha256": st.just("cd" * 32), "seconds": st.integers(0, 86400)}
        ),
    },
)


@given(body=BODY, content=st.binary(max_size=300), payload=TEXT, sequence=st.integers(1, 2**31 - 1), created=TIME)
def test_what_was_signed_and_sent_is_what_is_read(
    confirmation, catalogue, partner, take, body, content, payload, sequence, created
):
    file = Attachment(
        name="附件.pdf", media_type="application/pdf", sha256=hashlib.sha256(content).hexdigest(), content=content
    )
    actor = ActorSignature(payload=payload, algorithm="ecdsa-sha256", value=content, certificate=content)
    message = replace(
        confirmation, body=body, attachments=(file,), actor_signature=actor, sequence=sequence, created_at=created
    )
    assert take(seal(catalogue, message, partner)) == message


@given(st.decimals(0, Decimal("9999999999999999.99"), places=2, allow_nan=False))
def test_money_keeps_every_cent(issued, catalogue, amount):
    schema = catalogue.message("PolicyIssued", "1.0")
    message = replace(issued, body={**issued.body, "insured_amount": {"amount": amount, "currency": "CNY"}})
    element = schema.encode(message)
    schema.validate(element)
    assert schema.decode(element).body["insured_amount"]["amount"] == amount


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"contact_name": "王"}, "/Message/Body/PolicyConfirmation/ContactName"),
        ({"contact_name": " 王明"}, "/Message/Body/PolicyConfirmation/ContactName"),
        ({"contact_name": "王" * 51}, "/Message/Body/PolicyConfirmation/ContactName"),
        ({"contact_mobile": "23800000000"}, "/Message/Body/PolicyConfirmation/ContactMobile"),
        ({"contact_mobile": "138000000000"}, "/Message/Body/PolicyConfirmation/ContactMobile"),
        ({"contact_phone": "1234"}, "/Message/Body/PolicyConfirmation/ContactPhone"),
        ({"contact_phone": "029 8888"}, "/Message/Body/PolicyConfirmation/ContactPhone"),
        ({"contact_email": "trade@example"}, "/Message/Body/PolicyConfirmation/ContactEmail"),
        ({"contact_email": "a b@example.com"}, "/Message/Body/PolicyConfirmation/ContactEmail"),
        ({"remark": "x" * 501}, "/Message/Body/PolicyConfirmation/Remark"),
        ({"remark": ""}, "/Message/Body/PolicyConfirmation/Remark"),
        ({"application_no": ""}, "/Message/Body/PolicyConfirmation/ApplicationNo"),
        ({"accepted_at": datetime(1899, 1, 1, tzinfo=UTC)}, "/Message/Body/PolicyConfirmation/AcceptedAt"),
        ({"accepted_at": date(2026, 1, 1)}, "/Message/Body/PolicyConfirmation/AcceptedAt"),
        ({"contact_nam": "x"}, "/Message/Body/PolicyConfirmation/ContactNam"),
        ({"remark": "a\x0bb"}, "/Message/Body/PolicyConfirmation/Remark"),
    ],
)
def test_a_value_that_breaks_the_form_is_refused_with_its_full_path(change, path, confirmation, catalogue, partner):
    with pytest.raises(Refusal) as refused:
        seal(catalogue, replace(confirmation, body={**confirmation.body, **change}), partner)
    assert refused.value.code == "0002"
    assert path in [row["path"] for row in refused.value.explanation]


@pytest.mark.parametrize("mobile", ["13800000000", "19912345678", "+85291234567", "+4915112345678"])
def test_mainland_and_foreign_mobiles_are_taken(mobile, confirmation, catalogue, partner):
    assert seal(catalogue, replace(confirmation, body={**confirmation.body, "contact_mobile": mobile}), partner)


@pytest.mark.parametrize(
    ("numbers", "right"),
    [
        ({"application_no": "A"}, True),
        ({"policy_no": "P"}, True),
        ({}, False),
        ({"application_no": "A", "policy_no": "P"}, False),
    ],
)
def test_a_change_names_exactly_one_number(numbers, right, offer, catalogue, now):
    schema = catalogue.message("PolicyChange", "1.0")
    body = {**numbers, "status_code": "9", "changed_at": now}
    element = schema.encode(replace(offer, type="PolicyChange", body=body, attachments=()))
    assert (not schema.explain(element)) is right
    if right:
        schema.validate(element)
    else:
        with pytest.raises(Refusal, match="0002"):
            schema.validate(element)


def edited(schema, message, old, new):
    text = etree.tostring(schema.encode(message), encoding="unicode")
    assert old in text
    return etree.fromstring(text.replace(old, new))


def test_all_faults_are_explained_in_both_languages_with_paths_and_personal_values_are_masked(confirmation, catalogue):
    schema = catalogue.message("PolicyConfirmation", "1.0")
    element = edited(schema, confirmation, "<ContactName>王小明</ContactName>", "<ContactName>王</ContactName>")
    for name, value in (("ContactMobile", "777"), ("DeclarationHash", "nothex")):
        element.find(f".//{{*}}{name}").text = value
    element.find(".//{*}MessageId").text = "no-uuid"
    with pytest.raises(Refusal) as refused:
        schema.validate(element)
    rows = {row["path"].rpartition("/")[2]: row for row in refused.value.explanation}
    assert rows.keys() == {"MessageId", "ContactName", "ContactMobile", "DeclarationHash"}
    assert "至少须有2个字符" in rows["ContactName"]["zh"]
    assert "'nothex'" in rows["DeclarationHash"]["en"]
    assert "777" not in str(rows)
    assert "王" not in str(rows)


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ("<Renewal>false</Renewal>", "", "应为Renewal"),
        ("<Renewal>false</Renewal>", "<Renewal>no</Renewal>", "不是有效的boolean"),
        ("<Renewal>false</Renewal>", "<Renewal>false</Renewal><Renewal>false</Renewal>", "不应出现元素Renewal"),
        ("<ValidUntil>2026-03-31</ValidUntil>", "", "缺少元素ValidUntil"),
        ("2026-03-31", "2026-02-30", "不是有效的date"),
        ("<Sequence>1</Sequence>", "<Sequence>0</Sequence>", "超出其类型的范围"),
        ("<Sequence>1</Sequence>", "<Sequence>2147483648</Sequence>", "不得大于2147483647"),
        ("</PolicyOffer>", "</PolicyOffer><Extra/>", "Extra"),
        ('<PolicyOffer xmlns="urn:swhub:micro_policy:1">', '<PolicyOffer xmlns="urn:swhub:micro_policy:2">', ""),
        ("<Renewal>false", '<Renewal x="1">false', "属性"),
        ("<Renewal>false</Renewal>", "<Renewal><b/></Renewal>", ""),
        ("<Renewal>false</Renewal>", "stray<Renewal>false</Renewal>", "之间"),
    ],
)
def test_a_fault_of_structure_is_refused_and_explained(old, new, zh, offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    with pytest.raises(Refusal) as refused:
        schema.validate(edited(schema, offer, old, new))
    assert refused.value.code == "0002"
    assert any(zh in row["zh"] and row["en"] and row["path"] for row in refused.value.explanation)


def test_twins_are_numbered_in_paths_and_rows_are_capped(offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    element = edited(schema, offer, "第三条", "")
    assert schema.explain(element)[0]["path"].endswith("/PolicyOffer/DeclarationText[3]")
    files = element.find("{*}Attachments")
    for number in range(90):
        files.append(edited(schema, offer, "第三条", str(number)).find(".//{*}Attachment"))
        files[-1][0].text = "a/b"
    assert len(schema.explain(element)) == MOST


def test_another_body_than_the_schema_s_own_is_refused(offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    element = schema.encode(offer)
    inner = schema.encode(offer)
    element.find("{*}Body").clear()
    element.find("{*}Body").append(inner)
    with pytest.raises(Refusal, match="0002"):
        schema.validate(element)


@pytest.mark.parametrize(
    ("old", "new"), [("<Size>1545</Size>", "<Size>1544</Size>"), ("<Content>JVBE", "<Content>JVBF")]
)
def test_an_attachment_that_does_not_match_its_size_or_digest_is_refused(old, new, offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    element = edited(schema, offer, old, new)
    schema.validate(element)
    with pytest.raises(Refusal, match="0006"):
        schema.decode(element)


def test_the_header_must_name_the_type_of_the_body(offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    element = edited(schema, offer, "<Type>PolicyOffer</Type>", "<Type>ReviewResult</Type>")
    with pytest.raises(Refusal, match="0005"):
        schema.decode(element)
    with pytest.raises(Refusal, match="0002"):
        catalogue.of(element).validate(element)
    with pytest.raises(Refusal, match="0005"):
        schema.encode(replace(offer, type="ReviewResult"))


@pytest.mark.parametrize(
    ("type", "version"),
    [("Policyoffer", "1.0"), ("PolicyOffer", "2.0"), ("Message", "1.0"), ("../x", ""), ("Envelope", "1.0")],
)
def test_an_unknown_type_or_version_is_refused(type, version, catalogue):
    with pytest.raises(Refusal, match="0005"):
        catalogue.message(type, version)


def test_a_message_is_compiled_once_for_all_threads():
    fresh = default_catalogue()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: fresh.message("PolicyReceipt", "1.0"), range(16)))
    assert {id(schema) for schema in found} == {id(fresh.message("PolicyReceipt", "1.0"))}


def test_threads_validate_and_explain_side_by_side(offer, catalogue):
    schema = catalogue.message("PolicyOffer", "1.0")
    good = schema.encode(offer)
    bad = edited(schema, offer, "<Renewal>false", "<Renewal>no")

    def check(number):
        if number % 4:
            return schema.validate(good)
        with pytest.raises(Refusal) as refused:
            schema.validate(bad)
        return len(refused.value.explanation)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(check, range(80))) == {None, 1}


def test_a_plugin_brings_messages_of_its_own_that_build_on_our_types(tmp_path):
    (tmp_path / "policy_receipt-2.0.xsd").write_bytes(default_catalogue().content("policy_receipt-1.0.xsd"))
    assert default_catalogue((tmp_path,)).message("PolicyReceipt", "2.0").shape["policy_no"].required


def test_two_homes_for_one_message_are_an_error(tmp_path):
    (tmp_path / "receipt-1.0.xsd").write_text("<x/>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"receipt-1\.0\.xsd"):
        default_catalogue((tmp_path,)).types()


def test_an_xsd_that_points_elsewhere_reads_nothing_from_there(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/x.xsd"
        own = default_catalogue().content("policy_receipt-1.0.xsd").decode()
        (tmp_path / "policy_receipt-3.0.xsd").write_text(
            own.replace("<xs:import ", f'<xs:import namespace="urn:x" schemaLocation="{address}"/><xs:import ', 1),
            encoding="utf-8",
        )
        with pytest.raises(etree.XMLSchemaParseError):
            default_catalogue((tmp_path,)).message("PolicyReceipt", "3.0")
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_the_shape_tells_what_a_form_must_know(catalogue):
    shape = catalogue.message("PolicyConfirmation", "1.0").shape
    name, phone, remark = shape["contact_name"], shape["contact_phone"], shape["remark"]
    assert (name.required, name.min_length, name.max_length, name.personal) == (True, 2, 50, True)
    assert (name.label.zh, name.label.en) == ("主要联系人姓名", "name of the main contact")
    assert (phone.required, phone.patterns) == (False, ("[0-9+\\-]{5,20}",))
    assert (remark.kind, remark.min_length, remark.max_length, remark.personal) == ("str", 1, 500, False)
    assert catalogue.message("PolicyOffer", "1.0").shape["declaration_text"].max_occurs == 10


def test_an_empty_catalogue_knows_nothing():
    assert Catalogue(()).types() == ()


@pytest.mark.parametrize("missing", ["envelope-1.0.xsd", "types-1.0.xsd", "cargo_agreement-1.0.xsd"])
def test_a_schema_that_lost_a_part_while_it_was_compiled_is_compiled_again(missing, monkeypatch):
    asked = []

    class Interrupted(of_catalogue._Local):
        """As when another thread's parse takes the loader away, once."""

        def resolve(self, system_url, public_id, context):
            asked.append(system_url.rsplit("/", 1)[-1])
            lost = asked.count(missing) == 1 and asked[-1] == missing
            return None if lost else super().resolve(system_url, public_id, context)

    monkeypatch.setattr(of_catalogue, "_Local", Interrupted)

    schema = Catalogue(default_catalogue()._packages).message("CargoAgreement", "1.0")._schema

    assert asked.count("envelope-1.0.xsd") == 2  # each time it begins with this one
    assert "UNLOCATED" not in str(schema.error_log)


def test_schemas_compile_whole_while_other_threads_parse():
    def parse() -> None:
        class Target:
            def close(self) -> None:
                return None

        while not done:
            etree.fromstring(b"<a>" + b"<b>x</b>" * 50 + b"</a>", etree.XMLParser(target=Target()))

    done: list[bool] = []
    fresh = Catalogue(default_catalogue()._packages)
    with ThreadPoolExecutor(3) as pool:
        noise = [pool.submit(parse) for _ in range(3)]
        try:
            schemas = [fresh.message(*kind.split("/")) for kind in fresh.types()]
        finally:
            done.append(True)

    assert [one.exception() for one in noise] == [None] * 3
    assert not any("UNLOCATED" in str(one._schema.error_log) for one in schemas)
