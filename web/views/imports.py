"""Rows of a form by workbook: template, file, check, import (ui.md 5.10). The form changes with the last step alone.

Between the steps the rows lie beside the form's draft, as a draft of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.contract.media import XLSX
from hub.contract.text import Text
from hub.errors import NotFound, Stale
from hub.services import act_content, audit, drafts
from hub.store.engine import writing
from hub.workbook import reader
from hub.workbook.reader import Hostile, Unfit
from web.auth import ENTERPRISE, access, login_of
from web.forms import imports
from web.forms.base import Form, Rows
from web.forms.imports import Line
from web.page import page
from web.security import takes
from web.site import read, runtime, say, site
from web.views.common import tenant
from web.views.desk import Desk, desk, require
from web.views.documents import as_file
from web.views.places import object_view
from web.views.typed import keep

views = Blueprint("imports", __name__, url_prefix="/<line>/<kind>/<object_id>/<action>/import/<rows>")

UPLOAD = reader.OCTETS + 10_000  # a workbook and the fields around it
NO_FILE = Text("请先选择文件", "Choose a file first")
NOT_CLEAN = Text(
    "文件中还有错误，请改正后重新上传，或选择仅导入正确行", "Correct the errors, or import the right rows only"
)
CHANGED = Text("表单内容已变化，请核对后再次导入", "The form has changed meanwhile: check again, then import")
MODES = ("append", "replace")


@dataclass(frozen=True, kw_only=True)
class Import:
    """An import under way: the form it is for, and what was uploaded so far."""

    desk: Desk
    form: Form
    name: str  # of the rows
    file: str = ""
    mode: str = MODES[0]
    lines: Sequence[Line] = ()

    @property
    def table(self) -> Rows:
        """The rows' own form and limits."""
        return self.form.tables()[self.name]

    @property
    def label(self) -> Text:
        """What the rows are called."""
        label: Text = self.table.metadata["label"]
        return label

    @property
    def path(self) -> str:
        """Where the import is done."""
        return f"{self.desk.path}/import/{self.name}"

    @property
    def draft(self) -> str:
        """The name of the draft between the steps."""
        return f"{self.desk.action.form}/{self.name}"

    @property
    def held(self) -> list[Any]:
        """The rows that the form has by now."""
        return list(self.desk.known.get(self.name) or [])

    @property
    def kept(self) -> list[Any]:
        """Those of them that stay."""
        return self.held if self.mode == MODES[0] else []

    @property
    def right(self) -> list[Line]:
        """The lines that may be imported."""
        return [line for line in self.lines if not line.faults]

    @property
    def wrong(self) -> list[Line]:
        """The others."""
        return [line for line in self.lines if line.faults]

    @property
    def room(self) -> bool:
        """Whether the form has room for the right ones."""
        return len(self.kept) + len(self.right) <= self.table.most


@views.get("")
@access(ENTERPRISE)
def show(line: str, kind: str, object_id: str, action: str, rows: str) -> Response:
    """Where the import stands."""
    return _page(_import(line, kind, object_id, action, rows))


@views.post("")
@access(ENTERPRISE)
@takes(UPLOAD)
def upload(line: str, kind: str, object_id: str, action: str, rows: str) -> ResponseReturnValue:
    """Read the workbook and show what was found in it; one that is not taken leaves the one before as it is."""
    here = _import(line, kind, object_id, action, rows)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(here, NO_FILE, 422)
    try:
        found = imports.parse(here.table, file.read())
    except Unfit as error:
        if isinstance(error, Hostile):
            _note(here, error)
        return _page(here, error.text, 422)
    mode = MODES[request.form.get("mode") == MODES[1]]
    values = {"file": file.filename[-100:], "mode": mode, "rows": found}
    drafts.save(runtime(), login_of().actor, kind, object_id, here.draft, values, None)
    return redirect(here.path, 303)


@views.get("/template")
@access(ENTERPRISE)
def template(line: str, kind: str, object_id: str, action: str, rows: str) -> Response:
    """The workbook to fill in."""
    here = _import(line, kind, object_id, action, rows)
    content = imports.template(here.table, here.label, read)
    return as_file(say("{what}导入模板", what=read(here.label)) + ".xlsx", XLSX, content)


@views.get("/report")
@access(ENTERPRISE)
def report(line: str, kind: str, object_id: str, action: str, rows: str) -> Response:
    """What was read, row by row, with what is wrong. Raises NotFound before there is anything."""
    here = _import(line, kind, object_id, action, rows)
    if not here.lines:
        raise NotFound
    content = imports.report(here.table, here.lines, here.label, read)
    return as_file(say("{what}检查结果", what=read(here.label)) + ".xlsx", XLSX, content)


@views.post("/take")
@access(ENTERPRISE)
def take(line: str, kind: str, object_id: str, action: str, rows: str) -> ResponseReturnValue:
    """Put the right rows into the form's draft, once; wrong ones are left behind only where that was chosen."""
    here = _import(line, kind, object_id, action, rows)
    if not here.lines:  # the same page sent twice
        return redirect(here.desk.path, 303)
    if (here.wrong and "only_right" not in request.form) or not here.right or not here.room:
        return _page(here, NOT_CLEAN if here.room else None, 422)
    values = [*here.kept, *(dict(line.typed) for line in here.right)]
    try:
        keep(here.desk, {**here.desk.known, here.name: values})
    except Stale:
        return _page(here, CHANGED, 409)
    drafts.drop(runtime(), login_of().actor, kind, object_id, here.draft)
    flash(say("已导入 {n} 行，请核对后提交", n=len(here.right)))
    first = next(iter(here.table.form.fields))
    return redirect(f"{here.desk.path}?focus={here.name}-{len(here.kept)}-{first}", 303)


def _import(line: str, kind: str, object_id: str, action: str, rows: str) -> Import:
    """Raises NotFound for rows that are not imported, NotAllowed where the form is not open to the user."""
    found = desk(line, kind, object_id, action)
    table = found.form.tables().get(rows) if found.form else None
    if found.form is None or table is None or not table.metadata["imported"]:
        raise NotFound
    require(found)
    here = Import(desk=found, form=found.form, name=rows)
    with tenant() as mine:
        kept = mine.draft(found.obj, here.draft)
    if kept is None:
        return here
    here = replace(here, file=kept.values["file"], mode=kept.values["mode"])
    return replace(here, lines=_judged(here, imports.lines(table, kept.values["rows"])))


def _judged(here: Import, lines: Sequence[Line]) -> list[Line]:
    """The lines with what only the action's rules find: between rows, and against other records."""
    typed = here.form.right(here.desk.known)
    base = typed[here.name] if here.mode == MODES[0] else []
    right = [line for line in lines if not line.faults]
    values = {**typed, here.name: [*base, *(line.values for line in right)]}
    obj, action = here.desk.obj, here.desk.action
    wrong = act_content.faults(runtime(), login_of().actor, obj.kind.code, obj.id, action.name, values)
    found: dict[int, dict[str, Text]] = {}
    for key, text in wrong.items():
        name, _, rest = key.partition("-")
        place, _, field = rest.partition("-")
        if name == here.name and field:
            found.setdefault(int(place) - len(base), {})[field] = text
    faults = {line.number: found.get(place, {}) for place, line in enumerate(right)}
    return [replace(line, faults=line.faults or faults.get(line.number, {})) for line in lines]


def _page(here: Import, error: Text | None = None, status: int = 200) -> Response:
    title = say("导入{what}", what=read(here.label))
    return page(
        "import.html",
        object_view(here.desk.line, here.desk.listing, here.desk.obj, f"import-{here.name}", title),
        status,
        here=here,
        title=title,
        error=read(error),
        checked=imports.result(here.table, here.lines, read),
        draft_revision=here.desk.draft.revision if here.desk.draft else "",
        back=here.desk.path,
        list_path=site().path(here.desk.obj.kind),
    )


def _note(here: Import, error: Hostile) -> None:
    """A workbook that would do harm leaves a line."""
    actor, now = login_of().actor, runtime().clock.now()
    detail = {"object": here.desk.obj.id, "rows": here.name, "reason": error.text.en}
    with writing(runtime().engine) as connection:
        audit.note(connection, now, "import.refused", who=actor.account, address=actor.address, detail=detail)
