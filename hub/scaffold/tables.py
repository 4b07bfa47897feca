"""The rows of a message's table, from its XSD and its golden sample: one for each element and attribute.

Our side is called as the partner's until somebody writes down what it is to the hub.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import xmlschema
from lxml import etree

from hub.scaffold.codelist import quoted, width
from hub.scaffold.roles import AMOUNT, INTEGER, Path, Role, python_name, sort

DEEPEST = 12
WIDEST = 120
CONVERTERS = {
    "integer": "INT", "decimal": "YUAN", "boolean": "BOOLEAN", "date": "DATE10", "dateTime": "ISO",
    "base64Binary": "BASE64",
}  # fmt: skip
"""Built-in type -> converter; every other one is a text."""
CENTS = 2
FRACTION = "{http://www.w3.org/2001/XMLSchema}fractionDigits"
RESERVED = ("header", "attachments", "actor_signature")


class Table:
    """The lines of one Layout, as ruff formats them."""

    def __init__(self, role: Role, sample: etree._Element, *, short: bool) -> None:
        """``short``: an answer or a query, of which the hub reads and writes a few values only."""
        self.role = role
        self.short = short
        self.sample = sample
        self.prefixes = _prefixes(sample)
        self.reference = ""  # our path of the number that an answer repeats

    def lines(self) -> list[str]:
        """The rows; those of a short message only fill in whatever else the partner requires."""
        if self.short:
            return list(self._sampled(self.sample, ()))
        return list(self._declared(self.role.root.element, (), "", 12))

    def _sampled(self, element: etree._Element, above: Path) -> Iterator[str]:
        """The reference, the code and the time by their names; whatever else is required as it stands in the sample."""
        named = {self.role.reference: ("reference", "TEXT"), self.role.status: ("code", "TEXT")}
        if self.role.moment:
            named[self.role.moment] = ("at", "ISO")
        for name, value in element.attrib.items():
            yield f"Fixed({quoted(self._theirs(above, '@' + str(name)))}, {quoted(str(value))}, filled=True),"
        for child in element:
            path = (*above, str(child.tag))
            theirs = quoted(self._theirs(path))
            if path in named and named[path][0]:
                ours, by = named[path]
                yield f"Row({quoted(ours)}, {theirs}{'' if by == 'TEXT' else ', ' + by}),"
                continue
            if len(child) == 0:
                yield f"Fixed({theirs}, {quoted(child.text or '')}, filled=True),"
            yield from self._sampled(child, path)

    def _declared(self, element: Any, above: Path, ours: str, indent: int, seen: tuple[Any, ...] = ()) -> Iterator[str]:
        """A row for each attribute and each element below ``element``."""
        kind = element.type
        used: set[str] = set()
        for name, attribute in getattr(kind, "attributes", {}).items():
            if name is not None and attribute.use != "prohibited":
                yield self._row(f"{ours}{_ours(name, used)}", (*above, f"@{name}"), attribute.type)
        if kind.is_simple() or kind.has_simple_content() or kind.content is None or len(seen) > DEEPEST:
            return
        for part in kind.content.iter_elements():
            if not isinstance(part, xmlschema.XsdElement) or part.type in seen:
                continue
            name, path = f"{ours}{_ours(part.local_name, used)}", (*above, str(part.name))
            if part.max_occurs != 1:
                yield from self._several(part, path, name, indent, (*seen, kind))
                continue
            if part.type.is_simple() or part.type.has_simple_content():
                yield self._row(name, path, part.type)
            elif part.type.is_empty():
                yield f"Fixed({quoted(self._theirs(path))}, {quoted('')}, filled=True),"
            if not part.type.is_simple():
                below = f"{name}_" if part.type.has_simple_content() else f"{name}."
                yield from self._declared(part, path, below, indent, (*seen, kind))

    def _several(self, part: Any, path: Path, ours: str, indent: int, seen: tuple[Any, ...]) -> Iterator[str]:
        inner = [self._row("value", (".",), part.type)] if part.type.is_simple() else []
        if part.type.is_complex() and part.type.has_simple_content():
            inner.append(self._row("value", (".",), part.type))
        if part.type.is_complex():
            inner += self._declared(part, (), "", indent + 8, seen)
        head = f"Rows({quoted(ours)}, {quoted(self._theirs(path))}, ("
        line = f"{head}{' '.join(inner)})),"
        if len(inner) == 1 and indent + width(line) <= WIDEST:
            yield line
            return
        short = f"{head}{' '.join(inner).rstrip(',')})),"
        if indent + width(short) <= WIDEST:
            yield short
            return
        yield "\n".join(
            [
                "Rows(",
                f"    {quoted(ours)},",
                f"    {quoted(self._theirs(path))},",
                "    (",
                *(f"        {row}" for one in inner for row in one.split("\n")),
                "    ),",
                "),",
            ]
        )

    def _row(self, ours: str, path: Path, kind: Any) -> str:
        simple = kind if kind.is_simple() else kind.content
        if path == self.role.reference:
            self.reference = ours
        by = _converter(simple, path[-1].rpartition("}")[2])
        return f"Row({quoted(ours)}, {quoted(self._theirs(path))}{', ' + by if by else ''}),"

    def _theirs(self, path: Path, attribute: str = "") -> str:
        """The partner's path with prefixes."""
        names = [self._name(name) for name in (*path, *([attribute] if attribute else ()))]
        return "/".join(names)

    def _name(self, name: str) -> str:
        sign = "@" if name.startswith("@") else ""
        namespace, _, local = name.removeprefix("@").rpartition("}")
        prefix = next((mark for mark, known in self.prefixes.items() if known == namespace.removeprefix("{")), "")
        return f"{sign}{prefix}:{local}" if namespace and prefix else f"{sign}{local}"


def _prefixes(sample: etree._Element) -> Mapping[str, str]:
    """The namespaces of everything below the root; "" is for names without a prefix where all of them have one."""
    found: list[str] = []
    for part in sample.iterdescendants():
        found += [etree.QName(name).namespace or "" for name in (str(part.tag), *map(str, part.attrib))]
    tags = {etree.QName(str(part.tag)).namespace or "" for part in sample.iterdescendants()}
    named = list(dict.fromkeys(name for name in found if name))
    default = named[0] if named and "" not in tags else ""
    others = [name for name in named if name != default]
    return ({"": default} if default else {}) | {f"n{no}": name for no, name in enumerate(others, 1)}


def _converter(kind: Any, name: str) -> str:
    found = sort(kind)
    if found == INTEGER and AMOUNT.search(name):
        return "FEN"
    digits = kind.get_facet(FRACTION) if found == "decimal" else None
    if digits is not None and digits.value > CENTS:
        return "DECIMAL"
    return CONVERTERS.get(found, "")


def _ours(name: str, used: set[str]) -> str:
    """A name for our side, no two alike in one group."""
    local = name.rpartition("}")[2]
    made = python_name(local) or local.replace(".", "_")
    while made in used or made in RESERVED:
        made += "_"
    used.add(made)
    return made


def imports(lines: Sequence[str]) -> tuple[str, str]:
    """The converters and the kinds of rows that the lines use: the names after the two imports."""
    text = "\n".join(lines)
    converters = sorted({name for name in ("FEN", "DECIMAL", *CONVERTERS.values()) if f", {name})" in text})
    kinds = [name for name in ("Fixed", "Layout", "Row", "Rows") if f"{name}(" in text or name == "Layout"]
    return ", ".join(converters), ", ".join(kinds)
