"""New wordings: what was signed in an older one has to be signed again, where the kind says so (CI-AGR-18).

What was signed stays what it is and can still be read.
"""

from sqlalchemy import Connection, select

from hub.business import KINDS
from hub.business.acts import Paper
from hub.business.kind import Kind
from hub.runtime import Runtime
from hub.services import papers, record
from hub.services.events import NewEvent
from hub.store import tables
from hub.store.engine import reading, writing

VERSION = "document_version"


def outdate(runtime: Runtime) -> int:
    """Tell every object that stands on an older wording; returns how many there were."""
    signing = [(kind, action.paper) for kind in KINDS.values() for action in kind.actions if action.paper]
    return sum(_outdate(runtime, kind, paper) for kind, paper in signing if paper.outdated)


def _outdate(runtime: Runtime, kind: Kind, paper: Paper) -> int:
    table = tables.business_object
    sources = {row.source for row in kind.track("state").transitions if row.event == paper.outdated}
    older = table.c.content[VERSION].as_string() != papers.wording(paper).version
    wanted = select(table.c.id).where(table.c.kind == kind.code, table.c.state.in_(sources), older)
    with reading(runtime.engine) as connection:
        found = connection.execute(wanted).scalars().all()
    done = 0
    for object_id in found:
        with writing(runtime.engine) as connection:
            done += _tell(runtime, connection, object_id, paper)
    return done


def _tell(runtime: Runtime, connection: Connection, object_id: str, paper: Paper) -> bool:
    obj, version = record.lock_id(connection, object_id), papers.wording(paper).version
    if obj.content[VERSION] == version:  # signed again in the meantime
        return False
    now = runtime.clock.now()
    after = record.after_all(connection, object_id, now)
    new = NewEvent(name=paper.outdated, identity=version, occurred_at=after)
    return record.record(connection, obj, new, now).new
