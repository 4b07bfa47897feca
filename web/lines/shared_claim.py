"""共享信息——理赔信息 on the screen (spec.md 15; manual S3:883-887): a list to read, nothing to do."""

from hub.business.shared_claim import CLAIM, LINE
from hub.contract.text import Text
from web.lines.presentation import BY_INSURER, INSURER, Column, Filter, LineView, Listing, MenuItem, Tab
from web.lines.systems import INSURANCE

CLAIMS = Listing(
    kind=CLAIM,
    columns=(
        Column("claim_no", "number"),
        INSURER,
        Column("product"),
        Column("policy_no"),
        Column("loss_date"),
        Column("reported_on"),
        Column("estimated_amount"),
        Column("paid_amount"),
        Column("state", "track"),
    ),
    filters=(
        BY_INSURER,
        Filter("policy_no"),
        Filter("state", "track"),
        Filter("reported_on", "days"),
    ),
    detail=(
        "claim_no", "state", "product", "policy_no", "enterprise_name", "uscc", "loss_date", "reported_on",
        "estimated_amount", "paid_amount", "currency", "paid_on", "contact", "remark",
    ),
    details=Text("明细查看", "Details"),
    title=Text("理赔信息", "Claim"),
    empty=Text(
        "没有理赔信息。理赔由保险机构推送，如需报案请直接联系保险机构。",
        "No claim. Insurers push them here; to report a loss, please call the insurer.",
    ),
)  # fmt: skip

VIEW = LineView(
    line=LINE,
    menu_code="shared_claim",
    menu=(MenuItem(code="shared_claims", label=Text("理赔信息", "Claim information"), tabs=(Tab(CLAIMS),)),),
    area=Text("共享信息", "Shared information"),
    icon="share",
    system=INSURANCE,
    needs_card=True,
    tip=Text(
        "此处只查询，不受理报案。报案请按保单或理赔明细中的联系方式联系承保的保险机构；不知道联系方式的，请拨打本页左侧的服务热线。",
        "For reading only: to report a loss, call the insurer as its policy or the claim's details say; if you do not"
        " know how, call the hotline on the left of this page.",
    ),
    tip_calls=Text(
        "此处只查询，不受理报案。报案请联系承保的保险机构：{insurers}；其他保险机构按保单联系，或拨打左侧服务热线。",
        "For reading only. To report a loss, call the insurer: {insurers}; any other as its policy says, or the"
        " hotline on the left.",
    ),
)
