"""A pack as a stranger would send it: GBK, cents, Chinese and hyphenated names, frozen typos, attributes, a zip."""

import io
import zipfile

TYPES = """<?xml version="1.0" encoding="GBK"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:somebank:pay" targetNamespace="urn:somebank:pay"
           elementFormDefault="unqualified">
  <xs:simpleType name="流水号"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{2}\\d{12}"/>
  </xs:restriction></xs:simpleType>
  <xs:simpleType name="分"><xs:restriction base="xs:integer"><xs:minInclusive value="1"/></xs:restriction>
  </xs:simpleType>
  <xs:complexType name="报文头"><xs:sequence>
    <xs:element name="流水号" type="流水号"/>
    <xs:element name="Recieve-Date"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="\\d{8}"/>
    </xs:restriction></xs:simpleType></xs:element>
  </xs:sequence></xs:complexType>
</xs:schema>
"""
"""Shared types; the other file calls it by a path that is not in the archive."""

XSD = """<?xml version="1.0" encoding="GBK"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <!-- 付款 -->
  <xs:complexType name="付款类型"><xs:sequence>
    <xs:element name="class" type="xs:string"/>
    <xs:element name="Pay-Amt"><xs:simpleType><xs:restriction base="xs:integer"><xs:minInclusive value="1"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="SeqNo" type="xs:string"/>
    <xs:element name="收款人-名称"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="60"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="Equiv"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">
      <xs:attribute name="Ccy" use="required"><xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="CNY"/><xs:enumeration value="USD"/></xs:restriction></xs:simpleType></xs:attribute>
    </xs:extension></xs:simpleContent></xs:complexType></xs:element>
    <xs:choice><xs:element name="Mobile" type="xs:string"/><xs:element name="E-Mail" type="xs:string"/></xs:choice>
    <xs:element name="明细" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="行号" type="xs:int"/><xs:element name="備註" type="xs:string" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="version" type="xs:string" use="required"/></xs:complexType>
  <xs:element name="Pay-Rq" type="付款类型"/>
  <xs:element name="Pay-Rs"><xs:complexType><xs:sequence>
    <xs:element name="SeqNo" type="xs:string"/>
    <xs:element name="RetCdoe" type="xs:string"/>
    <xs:element name="返回代码"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="8"/>
    </xs:restriction></xs:simpleType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="付款结果通知"><xs:complexType><xs:sequence>
    <xs:element name="SeqNo" type="xs:string"/><xs:element name="返回代码" type="xs:string"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""

QUALIFIED = """<?xml version="1.0" encoding="GBK"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:somebank:pay" targetNamespace="urn:somebank:pay"
           elementFormDefault="qualified">
  <xs:include schemaLocation="..\\公共\\types.xsd"/>
  <xs:element name="余额查询请求"><xs:complexType><xs:sequence><xs:element name="头" type="报文头"/>
    <xs:element name="账号" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="余额查询应答"><xs:complexType><xs:sequence><xs:element name="头" type="报文头"/>
    <xs:element name="返回代码" type="xs:string"/><xs:element name="余额" type="分"/></xs:sequence>
  </xs:complexType></xs:element>
</xs:schema>
"""

CODES = """code,text_zh,text_en,event
AAAAAAA,交易成功,,done
AAAAAAE,已提交，请稍后查询,Submitted,
EEEEEEE,"交易未创建, 必须核实",Not created,approved
"""
"""The second row has no event, the third one that is none of a bank's; its text holds commas and a Chinese comma."""


def archive() -> bytes:
    """The pack as a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in (("某行/pay.xsd", XSD), ("某行/余额.xsd", QUALIFIED), ("某行/types.xsd", TYPES)):
            made.writestr(name, text.encode("gbk", "xmlcharrefreplace"))
    return content.getvalue()
