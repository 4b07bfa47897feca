import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.contract.adapters import Refusal
from hub.xml.reader import DEFAULT, Limits, read

DECLARED = "<?xml version='1.0' encoding='{}'?>"
BOM = b"\xef\xbb\xbf"


def refused(content, limits=DEFAULT):
    with pytest.raises(Refusal) as caught:
        read(content, limits)
    return caught.value.code


@pytest.mark.parametrize(
    "content",
    [
        "<a>中文𠮷</a>".encode(),
        BOM + "<a>中文𠮷</a>".encode(),
        b"\r\n " + "<a>中文𠮷</a>".encode(),
        (DECLARED.format("UTF-8") + "\n<a>中文𠮷</a>").encode(),
        BOM + (DECLARED.format("utf-8") + "<a>中文𠮷</a>").encode(),
        ('<?xml version="1.0" encoding="GB18030" standalone="yes" ?><a>中文𠮷</a>').encode("gb18030"),
        (DECLARED.format("gbk") + "<a>中文&#x20BB7;</a>").encode("gbk"),
        (DECLARED.format("GB2312") + "<a>中文&#x20BB7;</a>").encode("gb2312"),
        "<a><![CDATA[中文]]>𠮷</a>".encode(),
    ],
)
def test_utf8_and_the_gb_family_read_alike(content):
    assert read(content).text == "中文𠮷"


@pytest.mark.parametrize(
    "content",
    [
        "<a>中</a>".encode("utf-16"),
        "<a>中</a>".encode("utf-16-le"),
        "<a>中</a>".encode("utf-16-be"),
        "<a>中</a>".encode("utf-32"),
        "<a>中</a>".encode("utf-32-le"),
        "<a>中</a>".encode("utf-32-be"),
        (DECLARED.format("UTF-16") + "<a/>").encode("utf-16"),
        (DECLARED.format("UTF-16") + "<a/>").encode(),
        (DECLARED.format("UTF-7") + "<a>+Ti0-</a>").encode(),
        (DECLARED.format("ISO-8859-1") + "<a>é</a>").encode("latin-1"),
        (DECLARED.format("Big5") + "<a>中</a>").encode("big5"),
        (DECLARED.format("hz") + "<a/>").encode(),
        (DECLARED.format("UTF-8") + "<a>中文</a>").encode("gb18030"),
        "<a>中文</a>".encode("gb18030"),
        BOM + (DECLARED.format("GB18030") + "<a/>").encode(),
        (DECLARED.format("GB18030") + "<a>西安某某进出口有限公司</a>").encode(),
        (DECLARED.format("GBK") + "<a>").encode() + b"\xff\xff</a>",
        b"<a>\xed\xa0\x80</a>",
        b"<a>\xc0\xbc</a>",
    ],
)
def test_an_encoding_that_is_unknown_or_other_than_declared_is_refused(content):
    assert refused(content) == "0004"


@pytest.mark.parametrize(
    "content",
    [
        b"", b" ", b"<", b"<a", b"<a>", b"<a></b>", b"text", b"<a/><b/>", b"<a/>trailing", b"<a/>\x00", b"<a>\x00</a>",
        b"<a>\x01</a>", b"<a>&#0;</a>", b"<a>&#xD800;</a>", b"<a>&unknown;</a>", b"<a x='1' x='2'/>", b"<p:a/>",
        b"<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='1'/>", b"<?xml version='1.1'?><a/>", b"<?xml encoding='UTF-8'?><a/>",
        b"<?xml version='1.0' encoding=''?><a/>", b" <?xml version='1.0'?><a/>", b"<a x='<'/>", b"<a>]]></a>",
        b"<?xml version='1.0'?><?xml version='1.0'?><a/>", BOM + BOM + b"<a/>", "<a>\ufffe</a>".encode(),
    ],
)  # fmt: skip
def test_what_is_not_well_formed_is_refused(content):
    assert refused(content) == "0001"


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        b"<!DOCTYPE a PUBLIC 'x' 'http://127.0.0.1/x.dtd'><a/>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/p'> %p;]><a/>",
        b"<!DOCTYPE a [<!ENTITY a 'aa'><!ENTITY b '&a;&a;&a;'>]><a>&b;</a>",
        b"<!DOCTYPE a [<!ATTLIST a x CDATA 'default'>]><a/>",
        b"<!DOCTYPE a [<!NOTATION n SYSTEM 'x'>]><a/>",
        (DECLARED.format("GB18030") + "<!DOCTYPE a><a>中</a>").encode("gb18030"),
        b"<a><!-- --></a>", b"<!----><a/>", b"<a/><!---->", b"<a>10<!---->00</a>",
        b"<a><?pi?></a>", b"<?xml-stylesheet href='x'?><a/>", b"<a/><?pi data?>",
        b"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd' parse='text'/></a>",
        b"<include xmlns='http://www.w3.org/2003/XInclude' href='x'/>",
    ],
)  # fmt: skip
def test_what_no_message_needs_is_refused(content):
    assert refused(content) == "0003"


def nested(depth):
    return b"<a>" * depth + b"</a>" * depth


SMALL = Limits(
    bytes=2000, depth=5, elements=10, attributes=8, attributes_per_element=3, namespaces=4, text=100, tag=90
)  # fmt: skip


@pytest.mark.parametrize(
    ("fits", "breaks"),
    [
        (b"<a>" + b"<b/>" * 9 + b"</a>", b"<a>" + b"<b/>" * 10 + b"</a>"),
        (nested(5), nested(6)),
        (b"<a b='1' c='2' d='3'/>", b"<a b='1' c='2' d='3' e='4'/>"),
        (b"<a>" + b"<b x='' y=''/>" * 4 + b"</a>", b"<a>" + b"<b x='' y=''/>" * 4 + b"<b x=''/></a>"),
        (b"<a>" + b"<b xmlns='u'/>" * 4 + b"</a>", b"<a>" + b"<b xmlns='u'/>" * 5 + b"</a>"),
        (b"<a>" + b"x" * 90 + b"</a>", b"<a>" + b"x" * 101 + b"</a>"),
        (b"<a>" + b"x" * 90 + b"<b/>" + b"x" * 90 + b"</a>", b"<a><b/>" + b"x" * 101 + b"</a>"),
        (b"<a b='" + b"x" * 80 + b"'/>", b"<a b='" + b"x" * 95 + b"'/>"),
        (b"<a><b c='>'/>" + b"x" * 89 + b"</a>", b"<a b='>" + b"x" * 95 + b"'/>"),
        (b"<a><![CDATA[" + b"x" * 80 + b"]]></a>", b"<a><![CDATA[" + b"x" * 100 + b"]]></a>"),
        (b" " * 1900 + b"<a/>", b" " * 2000 + b"<a/>"),
    ],
)
def test_every_limit_holds_at_its_edge(fits, breaks):
    assert read(fits, replace(SMALL, text=5000) if fits.startswith(b" ") else SMALL).tag == "a"
    assert refused(breaks, SMALL) == "0003"


@pytest.mark.parametrize(
    "content",
    [
        b"<a " + b" ".join(b"a%d=''" % number for number in range(100_000)) + b"/>",
        b"<a " + b" ".join(b"a%d='>'" % number for number in range(900_000)) + b"/>",
        b"<a>" + b"".join(b"<b a='' b='' c=''/>" for _ in range(30_000)) + b"</a>",
        b"<a " + b" ".join(b"xmlns:a%d='u%d'" % (number, number) for number in range(1000)) + b"/>",
        b"<a>" * 100_000,
        b"<" + b"a" * 1_000_000 + b"/>",
        b"<a>" + b"x" * 10_000_001 + b"</a>",
        b"<a>" + b"&#x41;" * 1_900_000 + b"</a>",
        b"x" * (DEFAULT.bytes + 1),
    ],
    ids=[
        "attributes",
        "attributes with tag ends",
        "many attributes",
        "namespaces",
        "depth",
        "name",
        "text",
        "references",
        "size",
    ],
)
def test_bombs_are_refused_before_a_tree_exists(content, monkeypatch):
    monkeypatch.setattr(etree, "fromstring", None)
    assert refused(content) == "0003"


def test_the_largest_text_that_the_limits_allow_is_read():
    assert len(read(b"<a>" + b"x" * 9_999_990 + b"</a>").text) == 9_999_990


def test_no_reference_in_a_document_is_ever_followed(monkeypatch, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/x"
        monkeypatch.setattr("builtins.open", None)
        for link in (address, secret.as_uri()):
            root = read(f"<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='u {link}' "
                        f"xml:base='{link}'>{link}</a>".encode())  # fmt: skip
            assert root.text == link
            for bad in (
                f"<!DOCTYPE a SYSTEM '{link}'><a/>",
                f"<!DOCTYPE a [<!ENTITY x SYSTEM '{link}'>]><a>&x;</a>",
                f"<!DOCTYPE a [<!ENTITY % x SYSTEM '{link}'>%x;]><a/>",
                f"<?xml-stylesheet href='{link}'?><a/>",
                f"<a xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='{link}'/></a>",
            ):
                assert refused(bad.encode()) == "0003"
        with pytest.raises(BlockingIOError):
            canary.accept()


@given(st.binary(max_size=200) | st.text("<>/a='\"!?[]&;# -\n\x00中", max_size=60).map(str.encode))
def test_any_octets_are_read_or_refused_and_nothing_else(content):
    try:
        code = "" if isinstance(read(content), etree._Element) else "no tree"
    except Refusal as refusal:
        code = refusal.code
    assert code in ("", "0001", "0003", "0004")
