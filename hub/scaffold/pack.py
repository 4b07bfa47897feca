"""The partner's XSDs: read from files, folders and archives, put into UTF-8, and asked which messages they declare."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import xmlschema
from lxml import etree

from hub.contract.text import Text
from hub.scaffold.names import ScaffoldError
from hub.xml import xsd

XS = "{http://www.w3.org/2001/XMLSchema}"
DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']\s*([\w.-]+)\s*["'][^>]*\?>""")
ANY_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
CHINESE = {"gbk": "GBK", "gb2312": "GBK", "gb18030": "GB18030"}
UTF8 = "utf-8"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, kw_only=True)
class Root:
    """One message that the XSDs declare."""

    tag: str  # "{namespace}Name"
    file: str
    element: xmlschema.XsdElement


@dataclass(frozen=True, kw_only=True)
class Pack:
    """The XSDs of one partner by file name, in UTF-8; ``encoding`` is the one that they were declared in."""

    files: Mapping[str, str]
    encoding: str
    schemas: Mapping[str, xmlschema.XMLSchema]
    roots: tuple[Root, ...]


def read(paths: Sequence[Path]) -> Pack:
    """From XSD files, folders of them, or zip archives. Raises ScaffoldError naming the file and what is wrong."""
    found = dict(row for path in paths for row in _sources(path))
    return pack({name: _text(name, content) for name, content in found.items()}, _encoding(found.values()))


def pack(files: Mapping[str, str], encoding: str = UTF8) -> Pack:
    """Compile the XSDs. Raises ScaffoldError for one that cannot be used."""
    trees = {name: _tree(name, text) for name, text in files.items()}
    needed = {name: [_base(part.get("schemaLocation", "")) for part in _links(tree)] for name, tree in trees.items()}
    for name, locations in needed.items():
        for location in locations:
            if location and location not in files:
                raise _wrong(
                    name, f"引用的 {location} 不在所给文件中", f"{location}, which it refers to, was not given"
                )
    files = {name: _linked(text, trees[name]) for name, text in files.items()}
    inner = {location for locations in needed.values() for location in locations}
    top = [name for name in files if name not in inner] or list(files)
    schemas = _compiled(top, files)
    used = {_local(part.get("ref", "")) for tree in trees.values() for part in tree.iter(f"{XS}element")}
    roots = tuple(root for name in top for root in _roots(name, trees[name], schemas[name], used))
    if not roots:
        raise _wrong(top[0], "没有声明任何报文（全局元素）", "declares no message, that is, no global element")
    return Pack(files=files, encoding=encoding, schemas=schemas, roots=roots)


def _roots(name: str, tree: etree._Element, schema: xmlschema.XMLSchema, used: set[str]) -> Iterator[Root]:
    """Global elements with content of their own; those that others are made of only when there are no others."""
    own = [str(part.get("name")) for part in tree.findall(f"{XS}element")]
    namespace = f"{{{schema.target_namespace}}}" if schema.target_namespace else ""
    elements = {local: schema.maps.elements[f"{namespace}{local}"] for local in own}
    whole = [local for local, element in elements.items() if not element.type.is_simple() and not element.abstract]
    for local in [local for local in whole if local not in used] or whole:
        yield Root(tag=f"{namespace}{local}", file=name, element=elements[local])


def _sources(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        if path.is_dir():
            yield from ((file.name, file.read_bytes()) for file in sorted(path.rglob("*.xsd")))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path, metadata_encoding="gb18030") as archive:
                for name in sorted(archive.namelist()):
                    if name.lower().endswith(".xsd"):
                        yield PurePosixPath(name.replace("\\", "/")).name, archive.read(name)
        else:
            yield path.name, path.read_bytes()
    except OSError as error:
        raise _wrong(str(path), f"无法读取：{error.strerror}", str(error.strerror)) from error
    except (zipfile.BadZipFile, RuntimeError) as error:  # damaged, or with a password
        raise _wrong(str(path), "压缩包无法读取", f"cannot be unpacked: {error}") from error


def _encoding(contents: Iterable[bytes]) -> str:
    """What the partner's messages are presumably written in: as its XSDs."""
    declared = [found[1].decode().lower() for found in map(DECLARATION.match, contents) if found]
    return next((CHINESE[name] for name in declared if name in CHINESE), UTF8)


def _text(name: str, content: bytes) -> str:
    """The XSD with a declaration of UTF-8, whatever it was written in."""
    found = DECLARATION.match(content)
    declared = found[1].decode().lower() if found else UTF8
    try:
        text = content.decode("gb18030" if declared in CHINESE else declared).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise _wrong(name, f"内容不是所声明的编码 {declared}", f"is not written in {declared}, as declared") from error
    return DECLARED + ANY_DECLARATION.sub("", text, count=1)


def _tree(name: str, text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _wrong(name, f"不是格式正确的 XML，第 {error.lineno} 行", f"is not XML, line {error.lineno}") from error
    if tree.tag != f"{XS}schema":
        raise _wrong(name, "不是 XSD", "is no XSD")
    return tree


def _compiled(names: Sequence[str], files: Mapping[str, str]) -> dict[str, xmlschema.XMLSchema]:
    """Each of ``names`` compiled by itself, its includes answered from the pack: the network is never asked."""
    made = {}
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        for name in names:
            try:
                made[name] = xsd.load(files[name], lambda location: (Path(folder) / _base(location)).as_uri())
            except (xmlschema.XMLSchemaException, ElementTree.ParseError, ValueError) as error:
                why = " ".join(str(error).split())[:200]
                raise _wrong(name, f"不是可用的 XSD：{why}", f"cannot be used: {why}") from error
    return made


def _links(tree: etree._Element) -> list[etree._Element]:
    kinds = ("include", "import", "redefine")
    return [part for kind in kinds for part in tree.findall(f"{XS}{kind}") if part.get("schemaLocation")]


def _linked(text: str, tree: etree._Element) -> str:
    """The XSD with its references as plain file names, all that libxml2 takes: no folders, no backslash, no Chinese."""
    links = _links(tree)
    for part in links:
        part.set("schemaLocation", quote(_base(part.get("schemaLocation", ""))))
    return DECLARED + etree.tostring(tree, encoding="unicode") if links else text


def _base(location: str) -> str:
    return unquote(location).replace("\\", "/").rsplit("/", 1)[-1]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _wrong(name: str, zh: str, en: str) -> ScaffoldError:
    return ScaffoldError(Text(f"{name}：{zh}", f"{name}: {en}"))
