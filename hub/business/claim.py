"""Claims under credit insurance (索赔申请, spec.md 9, SM-CLM): shipments, banks and facts of a loss, reviewed and paid
by the insurer. Messages MSG-CLM-01..06; manual S2:474-719.
"""

from collections.abc import Mapping

from hub.business.acts import Action, Need, Paper, Sends
from hub.business.buyer import BUYER
from hub.business.claim_case import FIELDS, NUMBERS
from hub.business.claim_messages import claim, submission, supplement, total, withdrawal
from hub.business.claim_report import REPORT, REPORT_DRAFT, agreement, cancellation, is_stale, unreported
from hub.business.claim_rules import faults
from hub.business.enclosures import Enclosure
from hub.business.kind import Derived, Effect, Kind, Line
from hub.business.programme import expected
from hub.business.roles import ANYONE, CARD_HOLDERS
from hub.business.states import BACK, By, EventType, Next, Reading, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "ClaimSubmission/1.0": "MSG-CLM-01",
    "ClaimSupplement/1.0": "MSG-CLM-01",
    "ClaimWithdrawal/1.0": "MSG-CLM-01",
    "ClaimReceipt/1.0": "MSG-CLM-02",
    "BuyerQuery/1.0": "MSG-CLM-03",
    "BuyerList/1.0": "MSG-CLM-03",
    "NewBuyer/1.0": "MSG-CLM-04",
    "BuyerCode/1.0": "MSG-CLM-05",
    "ClaimProgress/1.0": "MSG-CLM-06",
}

MATERIAL = "material"
EVIDENCE = Enclosure(code=MATERIAL, described=True)
AGREEMENT_NEEDED = Text(
    "请先签署《中国国际贸易单一窗口出口信用保险服务协议》，签约完成后才能提交索赔申请",
    "Sign the service agreement first: a claim is submitted once it is signed by all",
)
AGREEMENT_PENDING = Text(
    "服务协议签约中，保险公司加盖电子签章、签约完成后才能提交索赔申请，可先填写并暂存",
    "The service agreement waits for the insurer's seal: a claim is submitted once it is there, and drafted meanwhile",
)
AGREEMENT_TITLE = Text("《中国国际贸易单一窗口出口信用保险服务协议》", "The service agreement")

EVENTS = (
    EventType("begun", By.ENTERPRISE, Text("企业新建索赔申请", "Begun by the enterprise"), phase="start"),
    EventType("report_made", By.ENTERPRISE, Text("生成出运数据报告", "Shipment report made"), series="report"),
    EventType(
        "report_agreed", By.ENTERPRISE, Text("企业确认出运数据报告", "Shipment report agreed to"), series="report"
    ),
    EventType(
        "report_cancelled", By.ENTERPRISE, Text("企业取消出运数据报告", "Shipment report cancelled"), series="report"
    ),
    EventType("submitted", By.ENTERPRISE, Text("企业提交索赔申请", "Submitted by the enterprise")),
    EventType("supplemented", By.ENTERPRISE, Text("企业补充材料", "Further material by the enterprise")),
    EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
    EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
    EventType("supplement_undelivered", By.SYSTEM, Text("补充材料发送未成功", "The material could not be delivered")),
    EventType("withdrawal_requested", By.ENTERPRISE, Text("企业申请撤回", "Withdrawal requested by the enterprise")),
    EventType("withdrawal_undelivered", By.SYSTEM, Text("撤回申请发送未成功", "The request could not be delivered")),
    EventType("withdrawal_refused", By.PARTNER, Text("保险公司不同意撤回", "Withdrawal not agreed by the insurer")),
    EventType("review_begun", By.PARTNER, Text("保险公司开始审核", "Review begun by the insurer")),
    EventType("supplement_required", By.PARTNER, Text("保险公司要求补充材料", "Further material asked for")),
    EventType("withdrawn", By.PARTNER, Text("保险公司同意撤回", "Withdrawal agreed by the insurer"), decision="review"),
    EventType("returned", By.PARTNER, Text("保险公司退回", "Returned by the insurer"), decision="review"),
    EventType("accepted", By.PARTNER, Text("保险公司受理", "Accepted by the insurer"), decision="review"),
    EventType("declined", By.PARTNER, Text("保险公司拒赔", "Declined by the insurer"), decision="review"),
    EventType("paid", By.PARTNER, Text("保险公司赔付", "Paid by the insurer"), phase="end"),
    EventType("closed", By.PARTNER, Text("保险公司结案", "Closed by the insurer"), phase="end"),
    EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
)

STATES = (
    State(
        "DRAFT",
        Text("暂存", "Draft"),
        "draft",
        Next.ENTERPRISE,
        hint=Text("请填写完整后提交", "Complete and submit it"),
    ),
    State(
        "SUBMITTED",
        Text("已提交", "Submitted"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司审核，审核前可撤回", "The insurer reviews it; until then you may withdraw it"),
    ),
    State(
        "SEND_FAILED",
        Text("发送失败", "Not delivered"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("未送达保险公司，可再次提交", "Not delivered; you may submit it again"),
        notice=Text("索赔申请未送达保险公司", "A claim could not be delivered to the insurer"),
    ),
    State("IN_REVIEW", Text("审核中", "Under review"), "running", Next.PARTNER),
    State(
        "SUPPLEMENT_REQUIRED",
        Text("补充材料", "Material needed"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按保险公司要求补充材料", "Send what the insurer asks for"),
        notice=Text("保险公司要求为索赔申请补充材料", "The insurer asks for further material for a claim"),
    ),
    State(
        "RETURNED",
        Text("退回", "Returned"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按退回原因修改后重新提交", "Correct it as the reason says and submit it again"),
        notice=Text("索赔申请被退回", "A claim was returned"),
    ),
    State("WITHDRAWING", Text("撤回中", "Withdrawal requested"), "running", Next.PARTNER),
    State(
        "WITHDRAWN",
        Text("已撤回", "Withdrawn"),
        "ended",
        Next.NOBODY,
        notice=Text("索赔申请已撤回", "A claim was withdrawn"),
    ),
    State(
        "ACCEPTED",
        Text("受理", "Accepted"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司赔付", "The insurer settles it"),
        notice=Text("保险公司已受理索赔申请", "The insurer has accepted a claim"),
    ),
    State(
        "DECLINED",
        Text("拒赔", "Declined"),
        "failed",
        Next.NOBODY,
        notice=Text("索赔申请被拒赔", "A claim was declined"),
    ),
    State(
        "PAID",
        Text("已赔付", "Paid"),
        "done",
        Next.PARTNER,
        notice=Text("索赔申请已赔付", "A claim was paid"),
    ),
    State("CLOSED", Text("结案", "Closed"), "ended", Next.NOBODY, notice=Text("索赔申请已结案", "A claim was closed")),
    State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
)

EDITABLE = ("DRAFT", "SEND_FAILED", "RETURNED")
WAITING = ("SUBMITTED", "SEND_FAILED", "WITHDRAWING")
REVIEWED = (*WAITING, "IN_REVIEW", "SUPPLEMENT_REQUIRED")
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "review_begun": ("IN_REVIEW", WAITING),
    "supplement_required": ("SUPPLEMENT_REQUIRED", (*WAITING, "IN_REVIEW")),
    "returned": ("RETURNED", REVIEWED),
    "accepted": ("ACCEPTED", REVIEWED),
    "declined": ("DECLINED", REVIEWED),
    "withdrawn": ("WITHDRAWN", WAITING),
    "paid": ("PAID", (*REVIEWED, "ACCEPTED")),
    "closed": ("CLOSED", (*REVIEWED, "ACCEPTED", "PAID", "DECLINED")),
}
"""Answer -> state, and the states before it: an answer that overtook others counts at once (X-04)."""

CLAIM = Kind(
    code="claim",
    label=Text("索赔申请", "Claim"),
    number="claim_no",
    title="buyer_name_en",
    numbers=NUMBERS,
    fields=FIELDS,
    derived=(
        Derived("total_usd", ("shipments",), total),
        Derived("expected_usd", ("programme", "total_usd"), expected),
    ),
    events=EVENTS,
    tracks=(
        Track(
            name="state",
            label=Text("索赔申请状态", "Status"),
            states=STATES,
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                *(Transition(source, "submitted", "SUBMITTED") for source in EDITABLE),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                Transition("SUPPLEMENT_REQUIRED", "supplemented", "IN_REVIEW"),
                Transition("IN_REVIEW", "supplement_undelivered", "SUPPLEMENT_REQUIRED"),
                Transition("SUBMITTED", "withdrawal_requested", "WITHDRAWING"),
                Transition("WITHDRAWING", "withdrawal_undelivered", BACK),
                Transition("WITHDRAWING", "withdrawal_refused", BACK),
                *(
                    Transition(source, event, target)
                    for event, (target, sources) in ANSWERS.items()
                    for source in sources
                ),
            ),
        ),
        Track(
            name="ack",  # the enterprise's own track: its word on the report (SM-RPT)
            label=Text("出运数据报告", "Shipment report"),
            states=(
                State("NONE", Text("未生成", "Not made"), "draft", Next.ENTERPRISE),
                State("GENERATED", Text("待确认", "To be agreed to"), "action", Next.ENTERPRISE),
                State("CONFIRMED", Text("已确认签章", "Agreed and sealed"), "done", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "begun", "NONE"),
                *(Transition(source, "report_made", "GENERATED") for source in ("NONE", "GENERATED", "CONFIRMED")),
                Transition("GENERATED", "report_agreed", "CONFIRMED"),
                Transition("GENERATED", "report_cancelled", "NONE"),
            ),
            readings=(
                Reading(
                    State("STALE", Text("已过期", "Out of date"), "failed", Next.ENTERPRISE),
                    frozenset({"GENERATED", "CONFIRMED"}),
                    is_stale,
                ),
            ),
        ),
    ),
    documents={
        REPORT: Text("信用保险索赔出运数据报告", "Shipment report of the claim"),
        REPORT_DRAFT: Text("信用保险索赔出运数据报告（待确认）", "Shipment report of the claim, to be agreed to"),
        MATERIAL: Text("贸易单证和损失证明文件", "Trade documents and evidence of the loss"),
    },
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=ANYONE,
            form="claim",
            adds=submission,
            encloses=(EVIDENCE,),
            faults=faults,
            stops=unreported,
            needs=(
                Need(
                    "agreement",
                    frozenset({"SIGNED"}),
                    AGREEMENT_NEEDED,
                    pending={"SIGNING": AGREEMENT_PENDING},
                    title=AGREEMENT_TITLE,
                ),
            ),
            signed=True,
            primary=True,
            sends=Sends(
                type="ClaimSubmission", version="1.0", capability="claim.submit", compose=claim, documents=(REPORT,)
            ),
            waiting=Text("索赔申请已提交，等待保险公司确认收到", "Claim handed in; waiting for the insurer"),
            done=Text("保险公司已收到索赔申请", "The insurer has received the claim"),
        ),
        Action(
            name="supplement",
            label=Text("补充材料", "Send further material"),
            event="supplemented",
            roles=ANYONE,
            form="claim_supplement",
            encloses=(EVIDENCE,),
            signed=True,
            primary=True,
            sends=Sends(
                type="ClaimSupplement",
                version="1.0",
                capability="claim.supplement",
                compose=supplement,
                failed="supplement_undelivered",
            ),
            waiting=Text("补充材料已提交，等待保险公司确认收到", "Material handed in; waiting for the insurer"),
            done=Text("保险公司已收到补充材料", "The insurer has received the material"),
        ),
        Action(
            name="agree",
            label=Text("同意", "Agree"),
            event="report_agreed",
            roles=CARD_HOLDERS,
            form="claim_report",
            adds=agreement,
            paper=Paper(kind=REPORT, wording="shipment_report", seal="seal_no", printed=REPORT_DRAFT),
            stepup=True,
            opens=False,
            primary=True,
            done=Text("出运数据报告已签章，可提交索赔申请", "The shipment report is sealed: you may submit the claim"),
        ),
        Action(
            name="cancel",
            label=Text("取消出运数据报告", "Cancel the shipment report"),
            event="report_cancelled",
            roles=ANYONE,
            question=Text("是否取消这份出运数据报告？", "Cancel this shipment report?"),
            adds=cancellation,
            opens=False,
            done=Text("出运数据报告已取消", "The shipment report is cancelled"),
        ),
        Action(
            name="withdraw",
            label=Text("撤回", "Withdraw"),
            event="withdrawal_requested",
            roles=ANYONE,
            question=Text("是否撤回该索赔申请？", "Withdraw this claim?"),
            sends=Sends(
                type="ClaimWithdrawal",
                version="1.0",
                capability="claim.withdraw",
                compose=withdrawal,
                failed="withdrawal_undelivered",
            ),
            opens=False,
            waiting=Text("撤回申请已提交，等待保险公司确认收到", "Withdrawal handed in; waiting for the insurer"),
            done=Text("保险公司已收到撤回申请，请等待答复", "The insurer has the request; its answer follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=ANYONE,
            question=Text("是否删除该索赔申请？", "Delete this claim?"),
            done=Text("索赔申请已删除", "Claim deleted"),
            opens=False,
        ),
    ),
    links={"policy_no": "policy", "buyer_no": "buyer", "loss_no": "loss_report"},
    learned={"buyer_code": "buyer_no"},
    effects=(Effect("SUBMITTED", "loss_no", "converted", carries=("claim_no",)),),
)

LINE = Line(code="claim", label=Text("索赔申请", "Claims"), kinds=(CLAIM, BUYER), messages=MESSAGES)
