from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.xml.codec import KINDS, CodecError, Shape, camel, snake, to_python, to_xml

NS = "{urn:test}"


def leaf(name, kind, **facts):
    return Shape(tag=f"{NS}{name}", kind=kind, **facts)


def group(*children):
    return Shape(tag=f"{NS}Root", kind="group", children=children)


VALUES = {
    "str": st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")),
    "token": st.text("ab中𠮷", min_size=1),
    "int": st.integers(-(10**30), 10**30),
    "bool": st.booleans(),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15),
    "date": st.dates(min_value=date(1000, 1, 1)),
    "datetime": st.datetimes(
        min_value=datetime(1900, 1, 2),  # noqa: DTZ001
        max_value=datetime(2099, 12, 30),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=11))]),
    ),
    "bytes": st.binary(),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_value_of_every_kind_comes_back_as_it_went(kind, data):
    shape = group(leaf("Value", kind))
    value = {"value": data.draw(VALUES[kind])}
    assert to_python(to_xml(value, shape), shape) == value


@pytest.mark.parametrize(
    ("value", "text"), [("1E+3", "1000"), ("1E-7", "0.0000001"), ("14723.00", "14723.00"), ("-0.10", "-0.10")]
)
def test_a_decimal_is_written_without_an_exponent(value, text):
    assert to_xml(Decimal(value), leaf("Amount", "decimal")).text == text


def test_a_time_is_written_in_utc_and_read_from_any_zone():
    shape = leaf("At", "datetime")
    element = to_xml(datetime(2026, 3, 2, 16, 30, tzinfo=timezone(timedelta(hours=8))), shape)
    assert element.text == "2026-03-02T08:30:00Z"
    element.text = " 2026-03-02T16:30:00.5+08:00\n"
    assert to_python(element, shape) == datetime(2026, 3, 2, 8, 30, 0, 500000, UTC)


def test_absent_elements_are_absent_keys_and_repeated_ones_a_list():
    shape = group(leaf("One", "str", required=False), leaf("Many", "int", many=True), leaf("Gone", "str"))
    values = {"one": "", "many": [1, 2]}
    assert to_python(to_xml(values, shape), shape) == values


def test_elements_are_written_in_the_order_of_the_shape():
    shape = group(leaf("First", "int"), leaf("Second", "int"))
    assert [child.text for child in to_xml({"second": 2, "first": 1}, shape)] == ["1", "2"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("str", 1), ("str", None), ("str", "a\x00b"), ("str", "\ud800"), ("int", True), ("int", "1"), ("bool", 1),
        ("decimal", 1.5), ("decimal", "1"), ("date", datetime(2026, 1, 1, tzinfo=UTC)), ("date", "2026-01-01"),
        ("datetime", datetime(2026, 1, 1)), ("datetime", date(2026, 1, 1)), ("bytes", "text"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_with_its_path(kind, value):
    with pytest.raises(CodecError) as refused:
        to_xml({"value": value}, group(leaf("Value", kind)))
    assert refused.value.path == "/Root/Value"


@pytest.mark.parametrize("value", [{"valu": "a"}, {"Value": "a"}, ["a"], None, "a"])
def test_a_key_that_the_schema_does_not_know_is_refused(value):
    with pytest.raises(CodecError, match="/Root"):
        to_xml(value, group(leaf("Value", "str")))


def test_an_element_that_stands_twice_or_is_unknown_is_refused_when_read():
    shape, wider = group(leaf("A", "str")), group(leaf("A", "str", many=True), leaf("B", "str"))
    for values in ({"a": ["x", "x"]}, {"b": "x"}):
        with pytest.raises(ValueError, match="Root"):
            to_python(to_xml(values, wider), shape)


@given(st.lists(st.from_regex("[a-z][a-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=4).map("_".join))
def test_a_key_and_its_element_name_are_each_others_mirror(key):
    assert snake(camel(key)) == key


@pytest.mark.parametrize(
    ("name", "key"), [("ContactName", "contact_name"), ("Sha256", "sha256"), ("DocumentSha256", "document_sha256")]
)
def test_names_of_the_schemas_become_keys(name, key):
    assert (snake(name), camel(key)) == (key, name)
