"""The XSDs as xmlschema reads them: the shape of a message for the codec, and the rules for the explanations.

The only module that builds an xmlschema schema (some 10 ms each): lxml decides, xmlschema explains.
"""

from collections.abc import Callable, Iterator
from typing import Any

import xmlschema
from xmlschema.validators import XsdAnyElement, XsdComponent, XsdElement, XsdGroup

from hub.contract.text import Text
from hub.xml.codec import GROUP, Shape

XSD = "{http://www.w3.org/2001/XMLSchema}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
KINDS = {
    "string": "str", "boolean": "bool", "decimal": "decimal", "date": "date", "dateTime": "datetime",
    "base64Binary": "bytes", "normalizedString": "token", "anyURI": "token", "integer": "int",
}  # fmt: skip
"""Built-in type -> kind of the codec; a derived built-in counts as the one it comes from. No floats: use decimal."""


def load(driver: str, resolve: Callable[[str], str], *, compiled: bool = False) -> xmlschema.XMLSchema:
    """The schema of a whole message. Raises XMLSchemaException.

    :param resolve: the address of the local file that a schemaLocation means.
    :param compiled: libxml2 has taken it; to hold it against the schema of schemas again is most of the work.
    """
    validation = "skip" if compiled else "strict"
    return xmlschema.XMLSchema(driver, validation=validation, uri_mapper=resolve, allow="local", base_url="hub:/")


def shape(schema: xmlschema.XMLSchema, tag: str) -> Shape:
    """The shape of the global element ``tag``. Raises ValueError for a type that the codec has no kind for."""
    return _element(schema.maps.elements[tag], required=True, many=False)


def _element(element: XsdElement, *, required: bool, many: bool) -> Shape:
    kind: Any = element.type
    facets = _facets(kind) if kind.is_simple() else _group(kind)
    texts = {text.get(LANGUAGE): (text.text or "").strip() for text in _annotated(element, "documentation")}
    private = (mark.text for info in _annotated(element, "appinfo") for mark in info if mark.tag.endswith("privacy"))
    return Shape(
        tag=element.name,
        required=required,
        many=many,
        max_occurs=element.max_occurs,
        label=Text(texts.get("zh", ""), texts.get("en", "")),
        personal="personal" in private,
        **facets,
    )


def _group(kind: Any) -> dict[str, Any]:
    return {"kind": GROUP, "children": tuple(_children(kind.content, True, False))}


def _children(group: XsdGroup, required: bool, many: bool) -> Iterator[Shape]:
    """The elements of a content model, flat; one branch of a choice is never required by itself."""
    for part in group:
        if isinstance(part, XsdAnyElement):
            continue
        needed = required and part.min_occurs > 0 and group.model != "choice"
        several = many or part.max_occurs is None or part.max_occurs > 1
        if isinstance(part, XsdGroup):
            yield from _children(part, needed, several)
        else:
            yield _element(part, required=needed, many=several)


def _facets(kind: Any) -> dict[str, Any]:
    """The facets of a simple type; the nearest restriction wins, and the patterns of all levels hold."""
    lengths: dict[str, Any] = {"min_length": None, "max_length": None}
    decimals: int | None = None
    patterns: list[str] = []
    enumeration: tuple[str, ...] = ()
    level = kind
    while level is not None:
        local = (level.name or "").removeprefix(XSD)
        if local in KINDS and (level.name or "").startswith(XSD):
            return lengths | {
                "kind": KINDS[local], "patterns": tuple(patterns), "enumeration": enumeration, "decimals": decimals,
            }  # fmt: skip
        lengths = {facet: getattr(level, facet) if value is None else value for facet, value in lengths.items()}
        digits = level.facets.get(f"{XSD}fractionDigits")
        decimals = digits.value if digits is not None and decimals is None else decimals
        own = level.facets.get(f"{XSD}pattern")
        patterns.extend(own.regexps if own is not None and own.parent is level else ())
        enumeration = enumeration or tuple(map(str, level.enumeration or ()))
        level = level.base_type
    raise ValueError(f"{kind!r} has no kind in the codec")


def _annotated(element: XsdComponent, part: str) -> list[Any]:
    return list(getattr(element.annotation, part)) if element.annotation is not None else []
