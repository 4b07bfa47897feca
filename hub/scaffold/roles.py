"""Who is who among the partner's messages: which answers which, where the reference and the status code stand.

Guessed from names and types. A wrong guess does no harm - what is not understood is UNKNOWN, and UNKNOWN is never sent
again - and the README of the plugin lists every guess to be checked.
"""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import xmlschema

from hub.scaffold.pack import Pack, Root

Path = tuple[str, ...]

ANSWER = re.compile(r"(?i)(response|resp|rsp|answer|reply|result|ack|(?<=[-_.])rs|应答|响应|回执|返回|结果)")
REQUEST = re.compile(r"(?i)(request|req|(?<=[-_.])rq|请求|申请|指令)")
QUERY = re.compile(r"(?i)(query|qry|inquir|enquir|查询|询问)")
NOTICE = re.compile(r"(?i)(notice|notif|advice|通知|推送)")
REFERENCE = re.compile(r"(?i)(ref|seq|serial|packet|insid|msgid|reqid|reqno|流水|业务号|订单号|编号|号$|no$|id$)")
STATUS = re.compile(r"(?i)(ret.*code|rsp.*c(o)?d|result|status|stat$|code$|retcod|状态|代码|返回码|结果)")
AMOUNT = re.compile(r"(?i)(amt|amount|money|fee|premium|金额|保费|费用)")
TIME = re.compile(r"(?i)(time|date|at$|时间|日期)")
INTEGER, TEXT, MOMENT = "integer", "text", "dateTime"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One value of a message: where it stands, and of what sort it is."""

    path: Path
    sort: str
    codes: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The element's own name."""
        return self.path[-1].rpartition("}")[2]


@dataclass(frozen=True, kw_only=True)
class Role:
    """One message and what is known or guessed about it."""

    root: Root
    type: str  # "PayReq"
    key: str  # "pay_req": a Python name
    leaves: tuple[Leaf, ...] = field(repr=False)
    answer: str = ""  # types of other messages
    query: str = ""
    asks: bool = False  # what became of another one
    reference: Path = ()
    status: Path = ()
    moment: Path = ()  # when the partner wrote it


def roles(pack: Pack, codes: Sequence[str]) -> tuple[Role, ...]:
    """All messages of ``pack``; ``codes`` help to find the status code."""
    named = [
        Role(root=root, type=type_, key=key, leaves=tuple(_leaves(root.element, ())))
        for root, type_, key in _names(pack.roots)
    ]
    by_type = {role.type: role for role in named}
    answers = {role.type: _answer(role, named) for role in named if not _speaks(role)}
    queries = {
        QUERY.sub("", _stem(type_)): type_ for type_, answer in answers.items() if answer and QUERY.search(type_)
    }
    made = []
    for role in named:
        answer = by_type.get(answers.get(role.type, ""))
        made.append(
            replace(
                role,
                answer=answer.type if answer else "",
                asks=any(queries.get(_stem(one.type)) == role.type for one in named if one is not role),
                query=queries.get(_stem(role.type), "") if answer else "",
                reference=_reference(role, named),
                status=_status(role, codes) if role.type not in answers or answer is None else (),
                moment=next((leaf.path for leaf in role.leaves if leaf.sort == MOMENT), ()),
            )
        )
    return tuple(made)


def _speaks(role: Role) -> bool:
    """Whether this is the partner's to say: an answer or a notice."""
    return bool(ANSWER.search(role.type) or NOTICE.search(role.type)) and not REQUEST.search(role.type)


def _answer(role: Role, named: Sequence[Role]) -> str:
    """The message whose name is this one's with "request" turned into "answer"; of two messages, the other."""
    stem = _stem(role.type)
    speakers = [other for other in named if other is not role and _speaks(other) and not NOTICE.search(other.type)]
    found = [other.type for other in speakers if _stem(other.type) == stem]
    return found[0] if found else speakers[0].type if len(named) == 2 and speakers else ""


def _stem(name: str) -> str:
    return re.sub(r"[-_.]", "", ANSWER.sub("", REQUEST.sub("", name))).lower()


def _reference(role: Role, named: Sequence[Role]) -> Path:
    """The number that most messages of the pack carry under the same name; else one that looks like it."""
    likely = [leaf for leaf in role.leaves if leaf.sort == TEXT and REFERENCE.search(leaf.name) and not leaf.codes]

    def shared(leaf: Leaf) -> int:
        return sum(any(other.name == leaf.name and other.sort == TEXT for other in one.leaves) for one in named)

    return max(likely, key=shared).path if likely else ()


def _status(role: Role, codes: Sequence[str]) -> Path:
    """The element that lists the partner's codes; else the first that is called like one."""
    listed = [leaf for leaf in role.leaves if leaf.codes & set(codes)]
    called = [leaf for leaf in role.leaves if leaf.sort == TEXT and STATUS.search(leaf.name)]
    return next((leaf.path for leaf in (*listed, *called)), ())


def _leaves(element: Any, above: Path, seen: tuple[Any, ...] = ()) -> Iterator[Leaf]:
    """The values of a message that stand at most once."""
    kind = element.type
    if kind.is_simple():
        yield Leaf(path=above, sort=sort(kind), codes=frozenset(map(str, kind.enumeration or ())))
    if kind.is_simple() or kind.has_simple_content():  # a value with attributes is no place for a code
        return
    if kind.content is None or element.type in seen:
        return
    for part in kind.content.iter_elements():
        if isinstance(part, xmlschema.XsdElement) and part.max_occurs == 1:
            yield from _leaves(part, (*above, str(part.name)), (*seen, element.type))


def sort(kind: Any) -> str:
    """The built-in type of a simple type; INTEGER and TEXT for all of their kin."""
    builtin = str(kind.primitive_type.local_name if kind.primitive_type is not None else "")
    if builtin == "decimal":
        return INTEGER if _is_integer(kind) else "decimal"
    return TEXT if builtin in ("string", "anyURI") else builtin


def _is_integer(kind: Any) -> bool:
    level = kind
    while level is not None:
        if level.local_name == "integer":
            return True
        level = level.base_type
    return False


def _names(roots: Sequence[Root]) -> Iterator[tuple[Root, str, str]]:
    """(root, type, Python name), no two alike; a name without any Latin letter is numbered."""
    types: Mapping[str, int] = _counted(root.tag.rpartition("}")[2] for root in roots)
    keys: set[str] = set()
    for number, root in enumerate(roots, 1):
        local = root.tag.rpartition("}")[2]
        stem = root.file.rpartition(".")[0] or root.file
        type_ = local if types[local] == 1 else f"{stem}.{local}"
        key = python_name(type_) or f"message_{number}"
        while key in keys:
            key = f"{key}_{number}"
        keys.add(key)
        yield root, type_, key


def python_name(name: str) -> str:
    """A Python name; empty where there is no Latin letter in it."""
    words = re.findall(r"[A-Za-z][a-z0-9]*|[0-9]+", re.sub(r"([A-Z]+)(?=[A-Z][a-z]|\b|_|-|\d)", _title, name))
    key = "_".join(words).lower()
    if not key or not key[0].isalpha():
        return f"message_{key}" if key else ""
    return f"{key}_" if keyword.iskeyword(key) else key


def _title(found: re.Match[str]) -> str:
    return found[1].title()


def _counted(names: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
