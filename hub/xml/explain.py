"""Why a message breaks its XSD: every fault with its named path and line, in both languages. On rejects only."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import xmlschema
from lxml import etree
from xmlschema.validators import (
    XMLSchemaChildrenValidationError,
    XMLSchemaDecodeError,
    XMLSchemaValidationError,
    XsdEnumerationFacets,
    XsdPatternFacets,
)

from hub.contract.text import Text
from hub.xml.codec import Shape

MOST = 50  # rows; a message with more faults than this has one fault: it is another message
LONGEST = 40  # characters of a value that are repeated

RULES: Mapping[str, Text] = {
    "XsdPatternFacets": Text("值{value}须符合格式 {rule}", "the value{value} must match {rule}"),
    "XsdEnumerationFacets": Text("值{value}须为以下之一：{rule}", "the value{value} must be one of {rule}"),
    "XsdLengthFacet": Text("值{value}的长度须为{rule}", "the value{value} must have the length {rule}"),
    "XsdMinLengthFacet": Text("值{value}至少须有{rule}个字符", "the value{value} needs at least {rule} characters"),
    "XsdMaxLengthFacet": Text("值{value}最多{rule}个字符", "the value{value} may have at most {rule} characters"),
    "XsdMinInclusiveFacet": Text("值{value}不得小于{rule}", "the value{value} must be at least {rule}"),
    "XsdMaxInclusiveFacet": Text("值{value}不得大于{rule}", "the value{value} must be at most {rule}"),
    "XsdMinExclusiveFacet": Text("值{value}须大于{rule}", "the value{value} must be more than {rule}"),
    "XsdMaxExclusiveFacet": Text("值{value}须小于{rule}", "the value{value} must be less than {rule}"),
    "XsdTotalDigitsFacet": Text("值{value}最多{rule}位数字", "the value{value} may have at most {rule} digits"),
    "XsdFractionDigitsFacet": Text("值{value}最多{rule}位小数", "the value{value} may have at most {rule} decimals"),
    "function": Text("值{value}超出其类型的范围", "the value{value} is out of the range of its type"),
    "XsdAttributeGroup": Text("缺少属性或不应出现的属性", "an attribute is missing or not expected"),
    "XsdGroup": Text("元素之间不应有文字", "no text is expected between the elements"),
}
"""Class of the part of the XSD that was broken -> what is asked; ``function`` is a range of a built-in type."""
DECODE = Text("值{value}不是有效的{rule}", "the value{value} is not a valid {rule}")
MISSING = Text("缺少元素{rule}", "the element {rule} is missing")
UNEXPECTED = Text("此处不应出现元素{child}，应为{rule}", "the element {child} is not expected here, expected is {rule}")
SURPLUS = Text("不应出现元素{child}", "the element {child} is not expected")
OTHER = Text("不符合XSD的结构规定", "does not satisfy the XSD's structure")


def explain(schema: xmlschema.XMLSchema, element: etree._Element, shape: Shape) -> tuple[Mapping[str, str], ...]:
    """Rows ``path, line, zh, en``, at most MOST; values of personal fields are masked."""
    personal = frozenset(_personal(shape))
    rows = (_row(error, personal) for error in schema.iter_errors(element))
    unique = dict.fromkeys((row["path"], row["line"], row["zh"], row["en"]) for row in islice(rows, 2 * MOST))
    return tuple(dict(zip(("path", "line", "zh", "en"), row, strict=True)) for row in islice(unique, MOST))


def path(element: etree._Element) -> str:
    """``/Message/Body/PolicyOffer/DeclarationText[2]``."""
    steps = []
    for step in (element, *element.iterancestors()):
        parent = step.getparent()
        twins = [] if parent is None else parent.findall(step.tag)
        number = f"[{twins.index(step) + 1}]" if len(twins) > 1 else ""
        steps.append(f"{etree.QName(step).localname}{number}")
    return "/" + "/".join(reversed(steps))


def _personal(shape: Shape) -> list[str]:
    return [tag for child in shape.children for tag in ([child.tag] if child.personal else _personal(child))]


def _row(error: XMLSchemaValidationError, personal: frozenset[str]) -> Mapping[str, str]:
    element: Any = error.elem
    text = _text(error)
    value = ""
    if len(element) == 0:
        shown = "***" if element.tag in personal else (element.text or "")[:LONGEST]
        value = f" '{shown}'"
    facts = {"value": value, "rule": _rule(error), "child": _child(error)}
    return {
        "path": path(element),
        "line": str(element.sourceline or ""),
        "zh": text.zh.format_map(facts),
        "en": text.en.format_map(facts),
    }


def _text(error: XMLSchemaValidationError) -> Text:
    if isinstance(error, XMLSchemaChildrenValidationError):
        if error.invalid_child is None:
            return MISSING
        return UNEXPECTED if error.expected_tags else SURPLUS
    if isinstance(error, XMLSchemaDecodeError):
        return DECODE
    return RULES.get(type(error.validator).__name__, OTHER)


def _rule(error: XMLSchemaValidationError) -> str:
    if isinstance(error, XMLSchemaChildrenValidationError):
        return " / ".join(etree.QName(tag).localname for tag in error.expected_tags)
    validator = error.validator
    if isinstance(validator, XsdPatternFacets):
        return " | ".join(validator.regexps)
    if isinstance(validator, XsdEnumerationFacets):
        return ", ".join(map(str, validator.enumeration))
    if isinstance(error, XMLSchemaDecodeError):
        return str(getattr(validator, "local_name", "") or "")
    return str(getattr(validator, "value", ""))


def _child(error: XMLSchemaValidationError) -> str:
    child: Any = error.invalid_child
    return etree.QName(child).localname if child is not None else ""
