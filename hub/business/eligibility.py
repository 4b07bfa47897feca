"""Who may collect a programme's policy (SM-SZ-LIST): a list that an authority publishes, hears objections to, confirms.

Each company on it is a row with a state of its own. Spec SZ-02, SZ-21, SZ-22; manual S4:13.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hub.business.programme import Programme, eligible
from hub.contract.money import Money
from hub.contract.text import Text

IMPORTED, PUBLISHED, OBJECTED, CONFIRMED, REMOVED = "IMPORTED", "PUBLISHED", "OBJECTED", "CONFIRMED", "REMOVED"

STATES: Mapping[str, Text] = {
    IMPORTED: Text("已导入", "Imported"),
    PUBLISHED: Text("公示中", "Published"),
    OBJECTED: Text("有异议", "Objected to"),
    CONFIRMED: Text("已确认", "Confirmed"),
    REMOVED: Text("已移出", "Removed"),
}
FAMILIES: Mapping[str, str] = {
    IMPORTED: "draft",
    PUBLISHED: "running",
    OBJECTED: "action",
    CONFIRMED: "done",
    REMOVED: "ended",
}
MOVES: Mapping[tuple[str, str], str] = {
    (IMPORTED, "publish"): PUBLISHED,
    (PUBLISHED, "object"): OBJECTED,
    (OBJECTED, "object"): OBJECTED,
    (OBJECTED, "dismiss"): PUBLISHED,
    (OBJECTED, "remove"): REMOVED,
    (PUBLISHED, "confirm"): CONFIRMED,
}
"""(state, act) -> state; an act leads to one state from wherever it starts.

A window is open while a company is PUBLISHED or OBJECTED, its last day included.
"""

SEEN: Mapping[str | None, Text] = {
    None: Text("不在名单中", "Not on the list"),
    IMPORTED: Text("不在名单中", "Not on the list"),
    PUBLISHED: Text("公示中，公示期满后确认", "Published; it is confirmed when the time for objections is over"),
    OBJECTED: Text("公示中，异议处理中", "Published; an objection is being decided"),
    CONFIRMED: Text("可领取保单", "The policy may be collected"),
    REMOVED: Text("经异议处理已移出名单", "Removed from the list after an objection"),
}
"""What the company itself reads (SZ-22)."""

ENTITLED: Sequence[tuple[str, str, Text]] = (
    ("policy", "EFFECTIVE", Text("保障中", "Covered")),
    ("policy", "ISSUED", Text("已签发，尚未生效", "Issued, not yet in force")),
    ("policy", "EXPIRED", Text("已到期", "Ended")),
    ("policy", "TERMINATED", Text("保单已终止", "Terminated")),
    *(
        ("micro_application", state, Text("已领取，等待保险公司签发", "Collected; the insurer issues it"))
        for state in ("APPROVED", "IN_REVIEW", "SUBMITTED")
    ),
    (
        "micro_application",
        "WITHDRAWING",
        Text("已申请撤回，等待保险公司答复", "Withdrawal requested; the insurer answers"),
    ),
    (
        "micro_application",
        "RETURNED",
        Text("投保申请被退回，请修改后重新提交", "Returned: correct it and submit it again"),
    ),
    ("micro_application", "SEND_FAILED", Text("投保申请发送失败，请再次提交", "Not delivered: submit it again")),
    (
        "micro_application",
        "AUTH_PENDING",
        Text("待授权，请完成授权后提交", "To be authorised: finish that, then submit it"),
    ),
    (
        "micro_application",
        "PENDING_CONFIRM",
        Text("待确认保单已送达，请确认投保", "An offer is there: please confirm it"),
    ),
)
"""And what it reads instead as soon as it has one of these of the programme (SM-SZ-ENT), the first one that it has."""
LAPSED = Text("本年度统保已结束，未领取", "The programme is over; the policy was not collected")

OTHER_YEAR = Text("年度与政策的基准年度不符", "Not the base year of the programme")
TOO_LARGE = Text("出口额超过政策上限", "Above the ceiling of the programme")
LISTED = Text("该企业已在名单中", "This company is on the list already")
TWICE = Text("统一社会信用代码与前面的行重复", "The same code stands further up")


def faults(
    programme: Programme, rows: Sequence[Mapping[str, Any]], listed: Collection[str]
) -> dict[int, dict[str, Text]]:
    """Place of a row -> field -> what is wrong with it on this programme's list, and beside the other rows."""
    found: dict[int, dict[str, Text]] = {}
    seen: set[str] = set()
    for place, row in enumerate(rows):
        wrong: dict[str, Text] = {}
        if row["uscc"] in listed or row["uscc"] in seen:
            wrong["uscc"] = LISTED if row["uscc"] in listed else TWICE
        if int(row["year"]) != programme.base_year:
            wrong["year"] = OTHER_YEAR
        if not eligible(programme, Money(row["exports"], programme.ceiling.currency)):
            wrong["exports"] = TOO_LARGE
        seen.add(row["uscc"])
        if wrong:
            found[place] = wrong
    return found
