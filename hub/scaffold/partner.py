"""A partner with XML of its own: messages.py, capability.toml and the README's checklist from the roles of its XSDs."""

from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from hub.contract.text import Text
from hub.scaffold import codelist
from hub.scaffold.codelist import Code, quoted, width
from hub.scaffold.names import Names, ScaffoldError
from hub.scaffold.pack import Pack, Root
from hub.scaffold.render import render
from hub.scaffold.roles import Path, Role, roles
from hub.scaffold.samples import sample
from hub.scaffold.tables import Table, imports

HOOKS = {"insurer": "insurer_adapters", "bank": "bank_adapters", "data": "trade_data_sources"}
OUTCOMES = (
    "done", "accepted", "refused_business", "refused_form", "partner_config", "throttled", "not_sent", "unknown",
)  # fmt: skip
"""What a code may mean where no line of business has events for it; ``not_sent`` only in the answer to a query."""
NO_CODE = (Code(code="0000", text=Text("示例代码，请换成机构的代码表", "An example: put the partner's list here")),)
WIDEST = 120
SEVERAL = 2
LINES = {
    "insurer": "A row maps to the events of hub/business/micro_policy.py.",
    "bank": "A row maps to the events of hub/business/payment_agreement.py and payment_order.py.",
    "data": "The lines that use trade data come later; map to their events then.",
}
SILENT = 'incoming = "none"                      # it sends nothing by itself'
NOT_READ = 'incoming = "todo"                      # what it sends by itself is declared below, with its meaning'
RESULTS = '''RESULTS = StatusTable(
    "PaymentResult.StatusCode",
    ({}),
)
"""Of a payment, in the bank's notices."""

'''


def files(
    names: Names,
    pack: Pack,
    status: Sequence[Code],
    events: Iterable[str],
    notes: str = "",
    results: Sequence[Code] = (),
) -> dict[str, str | bytes]:
    """The whole distribution. ``events`` are those that codes may be mapped to besides OUTCOMES; ``notes`` are for the
    README; ``results`` are the codes of what the toy bank tells by itself.

    Raises ScaffoldError when no sample of a message can be made.
    """
    known = (*OUTCOMES, *sorted(events))
    found = roles(pack, [code.code for code in status])
    given = status or _listed(found) or NO_CODE
    left = codelist.unmapped(given, known)
    layouts, rows, needed = _tables(found)
    converters, _, kinds = needed.partition("@")
    values = names.values() | {
        "hook": HOOKS[names.kind],
        "encoding": pack.encoding,
        "layouts": layouts,
        "message_rows": rows,
        "converters": converters,
        "row_kinds": kinds,
        "meanings_hint": LINES[names.kind],
        "answer_rows": codelist.answer_rows(codelist.mapped(given, known), OUTCOMES),
        "outcomes": ", ".join(OUTCOMES),
        "unmapped_rows": codelist.unmapped_rows(left),
        "unmapped_count": str(len(left)),
        "status_row": "StatusRow, " if results else "",
        "status_tables": RESULTS.format(codelist.status_rows(results)) if results else "",
        "status_names": "RESULTS," if results else "",
        "incoming": NOT_READ if _told(found) else SILENT,
        "grade": "gold" if results else "bronze" if _told(found) else "silver",  # gold: with golden documents
        "capabilities": "\n".join(_capabilities(names.kind, found)),
        "roles_table": _table(found),
        "code_table": code_table(given, known),
        "line_hint": LINES[names.kind],
        "notes": notes,
    }
    made: dict[str, str | bytes] = {**render("common", values), **render("partner", values)}
    for name, text in pack.files.items():
        made[f"{names.package}/schemas/{name}"] = text
    for role in found:
        made[f"{names.package}/schemas/samples/{role.key}.xml"] = golden(role.root, pack.encoding)
    return made


def golden(root: Root, encoding: str) -> bytes:
    """The sample as a file in the partner's encoding. Raises ScaffoldError."""
    element = sample(root)
    etree.indent(element)
    text = etree.tostring(element, encoding="unicode")
    try:
        return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}\n'.encode(encoding)
    except UnicodeEncodeError as error:
        sign = error.object[error.start : error.end]
        raise ScaffoldError(
            Text(f"{root.file}：{sign} 无法用 {encoding} 表示", f"{root.file}: {sign} cannot be written in {encoding}")
        ) from error


def code_table(codes: Sequence[Code], events: Sequence[str]) -> str:
    """The codes as a table for the README."""
    rows = [f"| {_cell(code.code)} | {_cell(code.text.zh)} | {_event(code, events)} |" for code in codes]
    return "\n".join(["| code | the partner says | event |", "| --- | --- | --- |", *rows])


def _listed(found: Sequence[Role]) -> tuple[Code, ...]:
    """The codes that the XSD itself lists for the status; nobody has said yet what they mean."""
    codes = {code for role in found for leaf in role.leaves if leaf.path == role.status for code in leaf.codes}
    return tuple(Code(code=code, text=Text(code, code)) for code in sorted(codes))


def _tables(found: Sequence[Role]) -> tuple[str, str, str]:
    """The layouts, the rows of MESSAGES, and the imports that they need."""
    answers = {role.answer for role in found if role.answer}
    layouts, rows, lines = [], [], []
    for role in found:
        table = Table(role, sample(role.root), short=role.asks or role.type in answers)
        parts = table.lines()
        lines += parts
        layouts.append(_layout(role, table, parts))
        rows.append(_row(role, table))
    converters, kinds = imports(lines)
    needed = f"from hub.contract.convert import {converters}\n" if converters else ""
    return "\n".join(layouts), "".join(rows), f"{needed}@{kinds}"


def _layout(role: Role, table: Table, parts: Sequence[str]) -> str:
    """``NAME = Layout("tag", (...), {...})`` as ruff formats it."""
    prefixes = ", ".join(f"{quoted(mark)}: {quoted(name)}" for mark, name in table.prefixes.items())
    lines = [_fit(f"    {quoted(role.root.tag)},", 0), *_parts(parts), *([f"    {{{prefixes}}},"] if prefixes else ())]
    return "\n".join([f"{role.key.upper()} = Layout(", *lines, ")", ""])


def _parts(parts: Sequence[str]) -> list[str]:
    """A tuple of rows; none or one stays on its line where it fits."""
    alone = f"    ({''.join(parts)}),"
    if len(parts) < SEVERAL and "\n" not in alone and width(alone) <= WIDEST:
        return [alone]
    return ["    (", *(_fit(f"        {line}", 0) for part in parts for line in part.split("\n")), "    ),"]


def _row(role: Role, table: Table) -> str:
    texts = {"type": role.type, "schema": role.root.file}
    lines = [_fit(f"{name}={quoted(text)},") for name, text in texts.items()]
    lines += [f"layout={role.key.upper()},", f"sample={quoted(role.key)},"]
    named = {"reference": table.reference if role.answer and not role.asks else None}
    named |= {"answer": role.answer or None, "query": role.query or None}
    lines += [_fit(f"{name}={quoted(text)},") for name, text in named.items() if text is not None]
    return "    Message(\n" + "".join(f"        {line}\n" for line in lines) + "    ),\n"


def _fit(line: str, indent: int = 8) -> str:
    return line if indent + width(line) <= WIDEST else f"{line}  # noqa: E501"


def _told(found: Sequence[Role]) -> list[Role]:
    """What the partner sends by itself: neither a request nor an answer."""
    answers = {role.answer for role in found if role.answer}
    return [role for role in found if not role.answer and role.type not in answers]


def _capabilities(kind: str, found: Sequence[Role]) -> Iterable[str]:
    """One [[capability]] for each request, and one for each message that the partner sends by itself."""
    by_type: Mapping[str, Role] = {role.type: role for role in found}
    told = _told(found)
    for role in found:
        if role in told:
            yield f"\n# {role.type}: refused at the door until it is declared, with its row in MEANINGS of messages.py"
            yield f'# [[capability]]\n# name = "{kind}.{role.key}"\n# in   = [{quoted(role.type + "/1.0")}]'
        if not role.answer:
            continue
        yield "\n[[capability]]"
        yield f'name        = "{kind}.{role.key}"'
        yield f"out         = [{quoted(role.type + '/1.0')}]"
        yield f'idempotency = "{"natural" if role.reference else "none"}"  # key | natural | none: ask the partner'
        if role.query:
            yield f'query       = "{kind}.{by_type[role.query].key}"'
        yield 'on_timeout  = "unknown"'
        yield "limits      = { per_minute = 60, total_mb = 10 }"


def _table(found: Sequence[Role]) -> str:
    rows = [
        "| "
        + " | ".join([role.type, _shown_role(role), *map(_shown, (role.reference, role.status, role.moment))])
        + " |"
        for role in found
    ]
    head = "| message | taken for | reference | status code | time |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *rows])


def _shown_role(role: Role) -> str:
    if role.answer:
        return f"request, answered by {role.answer}" + (f", asked about by {role.query}" if role.query else "")
    return "the partner's"


def _shown(path: Path) -> str:
    return "`" + "/".join(path) + "`" if path else "**not found**"


def _event(code: Code, events: Sequence[str]) -> str:
    return code.event if code.event in events else "**unmapped**"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
