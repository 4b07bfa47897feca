"""Bill-of-lading reports on overseas buyers (海外买家提单报告, document DOC-19): what the insurer pushes to a company
of a programme, so that it finds new buyers. Nobody asks for one, and nothing is to be done. MSG-SZ-04; manual S4:75.
"""

from datetime import datetime

from hub.business.kind import Field, Kind
from hub.business.programme import FIELD
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

REPORT = "lading_report"

LADING_REPORT = Kind(
    code=REPORT,
    label=Text("海外买家提单报告", "Bill-of-lading report on buyers"),
    number="report_no",
    title="title",
    fields=(
        Field("report_no", Text("报告编号", "Report no."), key=True),
        Field("title", Text("报告名称", "Title")),
        FIELD,
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("remark", Text("备注", "Remark")),
        Field("provided_at", Text("推送时间", "Provided"), datetime),
    ),
    events=(EventType("provided", By.PARTNER, Text("保险公司推送报告", "Pushed by the insurer"), phase="start"),),
    tracks=(
        Track(
            name="state",
            label=Text("报告状态", "Status"),
            states=(
                State(
                    "PROVIDED",
                    Text("已推送", "Provided"),
                    "done",
                    Next.NOBODY,
                    notice=Text("保险公司推送了海外买家提单报告", "A bill-of-lading report on buyers is there to read"),
                ),
            ),
            transitions=(Transition(None, "provided", "PROVIDED"), Transition("PROVIDED", "provided", "PROVIDED")),
        ),
    ),
    documents={REPORT: Text("海外买家提单报告", "Bill-of-lading report on overseas buyers")},
)
