"""A partner's XML as a table, walked both ways: our path, the partner's path, and how the value is written.

    PAYMENT = Layout(
        "CMS",
        (
            Fixed("eb/pub/TransCode", "PAYENT"),
            Row("header.message_id", "eb/pub/fSeqno", ID32),
            Row("amount", "eb/in/PayAmt", FEN),
            Rows("items", "eb/in/rd", (Row("policy_no", "InsNo"), Row("amount", "Amt", FEN))),
            Left("remark", "the bank has no place for it"),
        ),
    )

Paths on our side are keys of a message's body joined by ``.``, or ``header.<field>`` for the envelope. Paths on the
partner's side are element names joined by ``/``; ``@name`` is an attribute, ``.`` the element's own text, ``p:`` a
prefix of ``prefixes`` (the prefix "" stands for names without one), and ``Bal[Tp/Cd=CLBD]`` that of several elements
whose ``Tp/Cd`` says so. Elements are written in the order of the rows. The partner's XSD, not this table, says what is
required: a value that we do not have is an element that is not written, and an empty element is a value that we do not
have.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lxml import etree

from hub.contract.adapters import Refusal
from hub.contract.convert import BLANK, TEXT, Convert
from hub.contract.text import Text
from hub.xml.codec import GROUP, CodecError, Shape

HEADER = "header"
JOINT = "-"  # between the levels of a code
LAST = re.compile(r"^(.*/)?@?(\w+:)?")  # what stands before the bare name in a path of the partner
STEP = re.compile(r"[^/\[]+(?:\[[^\]]*\])?")  # of a path, with what its element has to say
NOT_ENCODABLE = "0004"


@dataclass(frozen=True)
class Row:
    """One value."""

    ours: str
    theirs: str
    by: Convert = TEXT
    blank: bool = False  # an empty element is written where we have no value
    also: str = ""  # another path of ours for the same value: read, never written


@dataclass(frozen=True)
class Levels:
    """A code that the partner says in several elements: whether it understood, then what became of it.

    ``theirs``: (path, the code after which the next level counts); the last level leads nowhere and has "". Ours is the
    levels that count, joined by ``-``. They are written one after the other.
    """

    ours: str
    theirs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Signed:
    """A number that the partner writes without its sign, and beside it on which side it stands."""

    ours: str
    theirs: str
    side: str  # their path of the side
    sides: tuple[str, str]  # what it says about a number from 0 on, and about one below
    by: Convert


@dataclass(frozen=True)
class Rows:
    """A list: one element ``theirs`` for each item, its rows below it."""

    ours: str
    theirs: str
    rows: Sequence["Part"]


@dataclass(frozen=True)
class Fixed:
    """A text that the partner wants and that says nothing to us.

    A message with another text there is not this message, unless the text is only ``filled`` in because the element is
    required: then whatever stands there is passed over.
    """

    theirs: str
    text: str
    filled: bool = False


@dataclass(frozen=True)
class Left:
    """A value of ours that the partner has no place for, said aloud so that nothing gets lost in silence."""

    ours: str
    why: str


Part = Row | Levels | Signed | Rows | Fixed | Left


@dataclass(frozen=True)
class Layout:
    """One message of a partner, from its root element down."""

    tag: str  # "{namespace}Name"
    rows: Sequence[Part]
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def write(self, values: Mapping[str, Any]) -> etree._Element:
        """The partner's element. Raises CodecError for a value that has no row, or does not fit its converter."""
        namespaces: Any = {prefix or None: name for prefix, name in self.prefixes.items()}
        root = etree.Element(self.tag, nsmap=namespaces)
        self._write(root, self.rows, values, "")
        return root

    def read(self, root: etree._Element) -> dict[str, Any]:
        """Our values, envelope fields under ``header``. Raises CodecError naming the partner's path and the rule."""
        if root.tag != self.tag:
            raise CodecError(f"/{etree.QName(root).localname}", Text("不是此报文", "is not this message"))
        wrong = next((row for row in self._fixed() if self._get(root, row.theirs) != row.text), None)
        if wrong is not None:
            raise CodecError(f"/{wrong.theirs}", Text(f"须为 {wrong.text}", f"must be {wrong.text}"))
        return self._read(root, self.rows)

    def fits(self, root: etree._Element) -> bool:
        """Whether ``root`` is this message by its name and its fixed texts: what tells messages of one root apart."""
        return root.tag == self.tag and all(self._get(root, row.theirs) == row.text for row in self._fixed())

    def lost(self, shape: Shape) -> list[str]:
        """Our paths of ``shape`` that no row names, not even as Left: what would get lost in silence."""
        named = set(_named(self.rows, ""))
        return [path for path in _paths(shape, "") if not named & {path, *_above(path)}]

    def names(self, *ours: str) -> bool:
        """Whether one of these paths of ours has a row."""
        rows = [row for row in self.rows if isinstance(row, (Row, Levels, Signed, Rows))]
        return any(row.ours in ours or (isinstance(row, Row) and row.also in ours) for row in rows)

    def key(self, name: str) -> str | None:
        """Our path of the value that the partner writes as element or attribute ``name``; the first of several."""
        values = (row for row in self.rows if isinstance(row, Row))
        return next((row.ours for row in values if LAST.sub("", row.theirs) == name), None)

    def _fixed(self) -> Iterator[Fixed]:
        return (row for row in self.rows if isinstance(row, Fixed) and not row.filled)

    def _write(self, element: etree._Element, rows: Sequence[Part], values: Mapping[str, Any], above: str) -> None:
        known = {row.ours for row in rows if not isinstance(row, Fixed)}
        for path in _leaves(values, ""):
            if path.partition(".")[0] != HEADER and not known & {path, *_above(path)}:
                raise CodecError(f"{above}{path}", Text("不应出现", "is not expected"))
        for row in rows:
            match row:
                case Fixed():
                    self._put(element, row.theirs, row.text)
                case Row():
                    self._write_one(element, row, _at(values, row.ours), above)
                case Levels():
                    self._write_levels(element, row, _at(values, row.ours), above)
                case Signed():
                    self._write_signed(element, row, _at(values, row.ours), above)
                case Rows():
                    self._write_all(element, row, _at(values, row.ours), above)

    def _write_one(self, element: etree._Element, row: Row, value: Any, above: str) -> None:
        if value is None:
            if row.blank:
                self._put(element, row.theirs, "")
            return
        try:
            self._put(element, row.theirs, row.by.write(value))
        except ValueError as error:  # also what XML cannot carry, such as a NUL
            raise CodecError(f"{above}{row.ours}", Text(f"须为{row.by.name}", str(error))) from error

    def _write_levels(self, element: etree._Element, row: Levels, code: Any, above: str) -> None:
        if code is None:
            return
        if not isinstance(code, str):
            raise CodecError(f"{above}{row.ours}", Text("须为代码", "must be a code"))
        for path, goes_on in row.theirs:
            first = f"{goes_on}{JOINT}"
            if not goes_on or not code.startswith(first):
                return self._put(element, path, code)
            self._put(element, path, goes_on)
            code = code.removeprefix(first)

    def _write_signed(self, element: etree._Element, row: Signed, value: Any, above: str) -> None:
        below = isinstance(value, Decimal) and value < 0
        self._write_one(element, Row(row.ours, row.theirs, row.by), -value if below else value, above)
        if value is not None:
            self._put(element, row.side, row.sides[below])

    def _write_all(self, element: etree._Element, row: Rows, items: Any, above: str) -> None:
        if items is None:
            return
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, Mapping) for item in items):
            raise CodecError(f"{above}{row.ours}", Text("须为列表", "a list of groups is required"))
        *way, last = _steps(row.theirs)
        for no, item in enumerate(items):
            made = etree.SubElement(self._made(element, way), self._tag(last))
            self._write(made, row.rows, item, f"{above}{row.ours}.{no}.")

    def _read(self, element: etree._Element, rows: Sequence[Part]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for row in rows:
            match row:
                case Row():
                    text = self._get(element, row.theirs)
                    if text:
                        value = self._value(row, text)
                        _keep(made, row.ours, value)
                        if row.also:
                            _keep(made, row.also, value)
                case Levels():
                    code = JOINT.join(self._levels(element, row))
                    if code:
                        _keep(made, row.ours, code)
                case Signed():
                    text, side = self._get(element, row.theirs), self._get(element, row.side)
                    if text:
                        _keep(made, row.ours, self._signed(row, text, side))
                case Rows():
                    found = [self._read(item, row.rows) for item in self._all(element, row.theirs)]
                    if found:
                        _keep(made, row.ours, found)
        return made

    def _levels(self, element: etree._Element, row: Levels) -> Iterator[str]:
        """What the levels that count say; a level that says nothing is the end."""
        for path, goes_on in row.theirs:
            text = (self._get(element, path) or "").strip(BLANK)
            if goes_on and text.startswith(f"{goes_on}{JOINT}"):  # one level must not pass for two
                raise CodecError(f"/{path}", Text("不是代码", "is no code"))
            if text:
                yield text
            if text != goes_on:
                return

    def _signed(self, row: Signed, text: str, side: str | None) -> Any:
        if side not in row.sides:
            raise CodecError(f"/{row.side}", Text("借贷方向无法识别", "names no side"))
        value = self._value(Row(row.ours, row.theirs, row.by), text)
        return -value if side == row.sides[1] else value

    def _value(self, row: Row, text: str) -> Any:
        try:
            return row.by.read(text)
        except ValueError as error:
            raise CodecError(f"/{row.theirs}", Text(f"须为{row.by.name}", str(error))) from None

    def _put(self, element: etree._Element, path: str, text: str) -> None:
        *way, last = _steps(path)
        group = self._made(element, way)
        if last.startswith("@"):
            group.set(self._attribute(last[1:]), text)
        elif last == ".":
            group.text = text
        else:
            etree.SubElement(group, self._tag(last)).text = text

    def _get(self, element: etree._Element, path: str) -> str | None:
        *way, last = _steps(path)
        group = self._found(element, way)
        if group is None or last == ".":
            return None if group is None else group.text
        if last.startswith("@"):
            return group.get(self._attribute(last[1:]))
        found = group.find(self._tag(last))
        return None if found is None else found.text

    def _all(self, element: etree._Element, path: str) -> Iterable[etree._Element]:
        *way, last = _steps(path)
        group = self._found(element, way)
        return () if group is None else group.iterchildren(self._tag(last))

    def _made(self, element: etree._Element, way: Sequence[str]) -> etree._Element:
        """The group at ``way``: the one begun last, else a new one."""
        for step in way:
            name, path, text = _condition(step)
            tag = self._tag(name)
            last = element[-1] if len(element) and element[-1].tag == tag else None
            if last is not None and (not path or self._get(last, path) == text):
                element = last
                continue
            element = etree.SubElement(element, tag)
            if path:
                self._put(element, path, text)
        return element

    def _found(self, element: etree._Element | None, way: Sequence[str]) -> etree._Element | None:
        for step in way:
            if element is None:
                return None
            name, path, text = _condition(step)
            found = element.iterchildren(self._tag(name))
            element = next((child for child in found if not path or self._get(child, path) == text), None)
        return element

    def _tag(self, name: str) -> str:
        """An element's name; without a prefix it is in the namespace of the prefix "", if there is one."""
        prefix, _, local = name.rpartition(":")
        return f"{{{self.prefixes[prefix]}}}{local}" if prefix in self.prefixes else name

    def _attribute(self, name: str) -> str:
        """An attribute's name; without a prefix it is in no namespace, whatever its element is in."""
        return self._tag(name) if ":" in name else name


def encoded(element: etree._Element, encoding: str) -> bytes:
    """``element`` as a document in ``encoding``, exactly these octets to be signed and sent.

    Raises Refusal 0004 naming a character that the encoding lacks: a reference in its place is not what was meant.
    """
    text = etree.tostring(element, encoding="unicode")
    try:
        return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    except UnicodeEncodeError as error:
        lost = error.object[error.start : error.end]
        local = etree.QName(element).localname
        raise Refusal(NOT_ENCODABLE, f"{local}: {lost!r} cannot be written in {encoding}") from error


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    """``A/B[C/D=x]/E`` in three."""
    return tuple(STEP.findall(path))


@lru_cache(maxsize=4096)
def _condition(step: str) -> tuple[str, str, str]:
    """(name, the path that has to say something, what); without a condition both are empty."""
    name, _, condition = step.rstrip("]").partition("[")
    path, _, text = condition.partition("=")
    return name, path, text


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _keep(values: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        values = values.setdefault(name, {})
    values[last] = value


def _above(path: str) -> set[str]:
    """The paths of the groups around ``path``."""
    parts = path.split(".")
    return {".".join(parts[:no]) for no in range(1, len(parts))}


def _leaves(values: Mapping[str, Any], above: str) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _named(rows: Sequence[Part], above: str) -> Iterator[str]:
    """Our paths that the rows name, the columns of lists included."""
    for row in rows:
        match row:
            case Row() | Levels() | Signed() | Left():
                yield f"{above}{row.ours}"
            case Rows():
                yield from _named(row.rows, f"{above}{row.ours}.")


def _paths(shape: Shape, above: str) -> Iterator[str]:
    for child in shape.children:
        path = f"{above}{child.key}"
        if child.kind == GROUP:
            yield from _paths(child, f"{path}.")
        else:
            yield path
