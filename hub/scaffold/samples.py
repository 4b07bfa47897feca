"""A golden sample of a message from its XSD alone: every element once, the first branch of a choice, values from the
facets. Deterministic: the same XSD gives the same bytes.
"""

from collections.abc import Iterator
from typing import Any, cast

import xmlschema
from lxml import etree

from hub.contract.text import Text
from hub.scaffold.names import ScaffoldError
from hub.scaffold.pack import Root
from hub.testing.pattern import matching

DEEPEST = 12
COMMON = (
    "示例", "SAMPLE", "S1", "1", "0", "1.00", "0.01", "100", "A", "true", "2026-11-20", "2026-11-20T09:00:00+08:00",
    "2026-11-20T09:00:00", "09:00:00", "2026", "2026-11", "--11-20", "PT1H", "20261120", "20261120090000", "090000",
    "AAAA", "http://example.com/", "zh-CN", "a@example.com", "13800000000", "CNY", "",
)  # fmt: skip
"""Tried in this order where no facet says more."""


def sample(root: Root) -> etree._Element:
    """An element that satisfies the schema: with all optional parts, else with only the required ones.

    Raises ScaffoldError naming what could not be made.
    """
    reasons = []
    for optional in (True, False):
        element = etree.Element(root.tag)
        try:
            _fill(element, root.element, optional, 0)
        except LookupError as error:
            reasons.append(str(error))
            continue
        faults = [str(error.reason) for error in root.element.iter_errors(cast(Any, element))]
        if not faults:
            return element
        reasons.append(faults[0])
    local, why = etree.QName(root.tag).localname, " ".join(reasons[-1].split())[:160]
    raise ScaffoldError(
        Text(
            f"{root.file}：无法为报文 {local} 生成样例：{why}", f"{root.file}: no sample of {local} can be made: {why}"
        )
    )


def text_of(kind: xmlschema.validators.XsdSimpleType) -> str:
    """A value of a simple type. Raises LookupError."""
    for text in _candidates(kind):
        if kind.is_valid(text):
            return text
    raise LookupError(f"no value found for {kind.name or kind.base_type}")


def _fill(element: etree._Element, declared: Any, optional: bool, depth: int) -> None:
    kind = declared.type
    for name, attribute in getattr(kind, "attributes", {}).items():
        if name is not None and attribute.use != "prohibited" and (optional or attribute.use == "required"):
            element.set(name, attribute.fixed or text_of(attribute.type))
    if kind.is_simple() or kind.has_simple_content():
        element.text = declared.fixed or text_of(kind if kind.is_simple() else kind.content)
        return
    if kind.content is not None and not kind.is_empty():
        _group(element, kind.content, optional, depth)


def _group(element: etree._Element, group: Any, optional: bool, depth: int) -> None:
    """The parts of a content model; of a choice the first that leads somewhere."""
    if depth > DEEPEST:
        raise LookupError("a required element contains itself")
    parts = group[:1] if group.model == "choice" else group[:]
    for part in parts:
        if isinstance(part, xmlschema.validators.XsdAnyElement):
            continue
        wanted = part.min_occurs or int(optional and part.max_occurs != 0 and not _inside(element, part))
        for _ in range(wanted):
            if isinstance(part, xmlschema.validators.XsdGroup):
                _group(element, part, optional, depth)
            else:
                declared = _concrete(part)
                _fill(etree.SubElement(element, declared.name), declared, optional, depth + 1)


def _inside(element: etree._Element, part: Any) -> bool:
    """Whether an optional part would stand inside itself."""
    return part.name in {element.tag, *(above.tag for above in element.iterancestors())}


def _concrete(part: Any) -> Any:
    """The element itself, or the first that may stand for an abstract one."""
    if not part.abstract:
        return part
    return next((other for other in part.iter_substitutes() if not other.abstract), part)


def _candidates(kind: Any) -> Iterator[str]:
    """Texts that may be values, likely ones first."""
    if kind.is_list():
        yield text_of(kind.item_type)
    for member in getattr(kind, "member_types", None) or ():
        yield from _candidates(member)
    level = kind
    while level is not None and getattr(level, "facets", None) is not None:
        yield from (str(value) for value in level.enumeration or ())
        patterns = level.patterns.patterns if level.patterns is not None else ()
        for pattern in patterns:
            yield from matching(pattern.pattern)
        yield from _bounds(level)
        level = level.base_type
    lengths = [getattr(kind, name, None) for name in ("min_length", "max_length")]
    yield from COMMON
    yield from (sign * length for length in lengths if length for sign in ("A", "1", "中", "0A", "41"))


def _bounds(kind: Any) -> Iterator[str]:
    """A number within the bounds: the bound itself, or one next to it."""
    for name, step in (("min_value", 1), ("max_value", -1)):
        bound = getattr(kind, name, None)
        if bound is not None:
            yield str(bound)
            yield from _next(bound, step)


def _next(bound: Any, step: int) -> Iterator[str]:
    try:
        yield str(bound + step)
    except TypeError:  # a date: the candidates below have one
        return
