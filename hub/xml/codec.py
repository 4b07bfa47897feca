"""Typed Python values <-> XML, driven by the shape that the XSD declares. Nobody writes an element name twice."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from hub.contract.text import Text

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
BLANK = " \t\r\n"  # what XSD calls white space
BLANKS = re.compile(f"[{BLANK}]+")
NO_LABEL = Text("", "")


def snake(name: str) -> str:
    """``ContactName`` -> ``contact_name``."""
    return HUMP.sub("_", name).lower()


def camel(key: str) -> str:
    """``contact_name`` -> ``ContactName``."""
    return "".join(part[:1].upper() + part[1:] for part in key.split("_"))


class CodecError(ValueError):
    """A value does not fit its element; ``path`` names the element, ``rule`` says what is asked."""

    def __init__(self, path: str, rule: Text) -> None:
        super().__init__(f"{path}: {rule.en}")
        self.path = path
        self.rule = rule


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One element of a message, as its XSD declares it."""

    tag: str  # "{namespace}ContactName"
    kind: str  # "group" or a row of KINDS
    required: bool = True
    many: bool = False
    max_occurs: int | None = 1
    min_length: int | None = None
    max_length: int | None = None
    patterns: tuple[str, ...] = ()  # each must match the whole value
    enumeration: tuple[str, ...] = ()
    decimals: int | None = None  # xs:fractionDigits: 2 is an amount
    personal: bool = False
    label: Text = NO_LABEL
    children: tuple["Shape", ...] = ()
    name: str = field(init=False)  # "ContactName"
    key: str = field(init=False)  # "contact_name"
    namespace: str = field(init=False)
    by_tag: Mapping[str, "Shape"] = field(init=False, repr=False, compare=False)
    by_key: Mapping[str, "Shape"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        namespace, _, name = self.tag.rpartition("}")
        derived = {
            "name": name,
            "key": snake(name),
            "namespace": namespace.removeprefix("{"),
            "by_tag": {child.tag: child for child in self.children},
            "by_key": {child.key: child for child in self.children},
        }
        for attribute, value in derived.items():
            object.__setattr__(self, attribute, value)

    def __getitem__(self, key: str) -> "Shape":
        """The child with this key: ``shape["contact_name"]``."""
        return self.by_key[key]


@dataclass(frozen=True)
class Kind:
    """How one simple type is read from and written to text."""

    python: type
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    rule: Text


def _trim(text: str) -> str:
    return text.strip(BLANK)


def _read_time(text: str) -> datetime:
    value = datetime.fromisoformat(_trim(text))
    if value.tzinfo is None:
        raise ValueError("a time must name its zone")
    return value.astimezone(UTC)


def _write_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time must name its zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _collapse(text: str) -> str:
    return " ".join(filter(None, BLANKS.split(text)))


def _read_bool(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[_trim(text)]


def _write_bool(value: bool) -> str:
    return "true" if value else "false"


def _read_date(text: str) -> date:
    return date.fromisoformat(_trim(text))


def _write_decimal(value: Decimal) -> str:
    return format(value, "f")  # never an exponent


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


TEXT = Text("须为文本", "a text is required")
KINDS: Mapping[str, Kind] = {
    "str": Kind(str, str, str, TEXT),
    "token": Kind(str, _collapse, str, TEXT),
    "int": Kind(int, int, str, Text("须为整数", "a whole number is required")),
    "bool": Kind(bool, _read_bool, _write_bool, Text("须为是或否", "yes or no is required")),
    "decimal": Kind(Decimal, Decimal, _write_decimal, Text("须为十进制数", "a decimal is required")),
    "date": Kind(date, _read_date, date.isoformat, Text("须为日期", "a date is required")),
    "datetime": Kind(datetime, _read_time, _write_time, Text("须为带时区的时间", "a time with its zone is required")),
    "bytes": Kind(bytes, base64.b64decode, _write_bytes, Text("须为字节", "octets are required")),
}
NOT_A = {int: bool, date: datetime}  # Python's bool is an int and its datetime a date; here they are not
GROUP = "group"


def to_python(element: etree._Element, shape: Shape) -> Any:
    """The typed value of a schema-valid ``element``; absent elements are absent keys. Raises ValueError."""
    return _group(element, shape) if shape.kind == GROUP else KINDS[shape.kind].read(element.text or "")


def _group(element: etree._Element, shape: Shape) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in element:
        tag = child.tag
        if tag not in shape.by_tag:
            raise CodecError(f"{shape.name}/{etree.QName(child).localname}", Text("不应出现", "is not expected"))
        part = shape.by_tag[tag]
        value = _group(child, part) if part.kind == GROUP else KINDS[part.kind].read(child.text or "")
        if part.many:
            values.setdefault(part.key, []).append(value)
        elif part.key in values:
            raise CodecError(f"{shape.name}/{part.name}", Text("重复出现", "stands twice"))
        else:
            values[part.key] = value
    return values


def to_xml(value: Any, shape: Shape) -> etree._Element:
    """The element for ``value``, in the order of the XSD. Raises CodecError naming the element and the rule."""
    root = etree.Element(shape.tag, nsmap=_default(shape))
    write = _fill if shape.kind == GROUP else _write
    write(root, value, shape, f"/{shape.name}")
    return root


def _fill(element: etree._Element, value: Any, shape: Shape, path: str) -> None:
    if not isinstance(value, Mapping):
        raise CodecError(path, Text("须为一组字段", "a mapping is required"))
    unknown = value.keys() - shape.by_key.keys()
    if unknown:
        raise CodecError(f"{path}/{camel(sorted(map(str, unknown))[0])}", Text("不应出现", "is not expected"))
    for part in shape.children:
        if part.key not in value:
            continue
        given, below = value[part.key], f"{path}/{part.name}"
        if part.many and not isinstance(given, (list, tuple)):
            raise CodecError(below, Text("须为列表", "a list is required"))
        write = _fill if part.kind == GROUP else _write
        nsmap = None if part.namespace == shape.namespace else _default(part)
        for item in given if part.many else (given,):
            write(etree.SubElement(element, part.tag, nsmap=nsmap), item, part, below)


def _default(shape: Shape) -> Any:
    return {None: shape.namespace}


def _write(element: etree._Element, value: Any, shape: Shape, path: str) -> None:
    kind = KINDS[shape.kind]
    if type(value) is not kind.python and not _is_a(value, kind.python):  # hardly any is of a subclass
        raise CodecError(path, kind.rule)
    try:
        element.text = kind.write(value)
    except ValueError as error:  # also what XML cannot carry, such as a NUL
        raise CodecError(path, kind.rule) from error


def _is_a(value: Any, python: type) -> bool:
    return isinstance(value, python) and not isinstance(value, NOT_A.get(python, ()))
