"""索赔申请 on the screen: the claims under credit policies, and the buyers that the insurer's list lacks
(spec.md 9; manual S2:474-719).
"""

from hub.business.buyer import BUYER, FACTS
from hub.business.claim import CLAIM, EDITABLE, LINE, MATERIAL
from hub.business.claim_case import BANK_FACTS, FINANCING, QUESTIONS
from hub.business.claim_report import REPORT
from hub.business.micro_policy import POLICY
from hub.contract.text import Text
from web.forms.claim import BuyerForm, ClaimForm, ClaimSupplementForm, ReportForm
from web.lines.presentation import (
    Block,
    Column,
    Counter,
    Errand,
    Filter,
    FormPage,
    LineView,
    Listing,
    Many,
    Master,
    MenuItem,
    Source,
    Tab,
)

ABOUT_FILES = (
    Text(
        "建议将贸易单证以发票号为单位归集后成套扫描上传，例如：附件1（发票1-合同1-运输单据1-出口报关单1）。",
        "Scan the trade documents in sets, one for each invoice: invoice, contract, transport document, declaration.",
    ),
    Text(
        "无法以发票号归集的，建议按单证种类归集后扫描上传，例如：附件1（合同1-合同2），附件2（发票1-发票2）。",
        "Where that cannot be done, one set for each kind of document.",
    ),
    Text(
        "《案情说明》、贸易往来函电或其他损失证明文件请单独上传，不与基本贸易单证混同。",
        "The statement of facts, letters and other evidence come separately, not mixed with the trade documents.",
    ),
    Text(
        "单个附件上限5M，全部附件上限50M，推荐分辨率300×300dpi。",
        "5 MB for each file, 50 MB for all; 300×300 dpi is best.",
    ),
)
"""温馨提示 (S2:696-702)."""

BUYER_SEARCH = Errand(
    Text("查询买方", "Look the buyer up"), "buyers", at=("buyer_code", "buyer_name_en"), icon="search"
)
NEW_BUYER = Errand(Text("新建买方", "New buyer"), begins=BUYER.code, at=("buyer_no",), icon="pencil")
"""The magnifier and the pencil (UI-21, CI-CLM-08, -09)."""

FOR_A_FORM = Source(
    label=Text("新建买方", "New buyer"),
    states=frozenset(EDITABLE),
    fields=(),
    shown=False,
    fills={
        "buyer_code": "buyer_code",
        "buyer_no": "buyer_no",
        "buyer_name_en": "name_en",
        "buyer_country": "country",
        "buyer_address_en": "address_en",
    },
)
"""A buyer begun for a form that lacks it; whatever was chosen there before makes way for it."""

POLICIES = Master(
    kind=POLICY,
    title=Text("信用保险保单", "Credit insurance policies"),
    columns=(
        Column("policy_no", "number"),
        Column("product_name"),
        Column("enterprise_name", label=Text("被保险人", "Insured")),
        Column("effective_date"),
        Column("expiry_date"),
        Column("state", "track"),
    ),
    by="policy_no",
    hint=Text(
        "选择保单，下方显示其索赔申请。失效的保单，损失发生在保险期间内的仍可索赔。",
        "Choose a policy to see its claims below. An expired one covers the losses of its period.",
    ),
    empty=Text("还没有生效的保险单。保险公司签发后会出现在这里。", "What the insurer issues appears here."),
)

CLAIMS = Listing(
    kind=CLAIM,
    columns=(
        Column("claim_no", "number", Text("索赔申请号", "Claim no.")),
        Column("policy_no"),
        Column("buyer_name_en"),
        Column("total_usd"),
        Column("submitted_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
        Column("ack", "track"),
    ),
    filters=(Filter("claim_no"), Filter("policy_no"), Filter("state", "track")),
    acts=("submit", "supplement", "withdraw", "delete"),
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "RETURNED"): Text("修改并重新提交", "Correct and submit again"),
        ("submit", "SEND_FAILED"): Text("再次提交", "Submit again"),
        ("supplement", "SUPPLEMENT_REQUIRED"): Text("补充材料", "Send material"),
        **{("agree", state): Text("确认出运数据报告", "Agree to the shipment report") for state in EDITABLE},
    },
    document_links={REPORT: Text("查看出运数据报告", "View the report")},
    sources={
        "policy": Source(
            label=Text("我要索赔", "Claim"),
            states=frozenset({"EFFECTIVE", "EXPIRED"}),
            fields=("policy_no", "programme"),
            renamed={"insured": "enterprise_name", "claimant": "enterprise_name"},
            primary=True,
        ),
        "loss_report": Source(
            label=Text("转索赔", "Turn into a claim"),
            states=frozenset({"SUBMITTED", "ACKNOWLEDGED"}),
            fields=("policy_no", "programme", "loss_no", "buyer_code", "buyer_name_en"),
            renamed={
                "insured": "enterprise_name",
                "claimant": "enterprise_name",
                "cause_text": "loss_text",
                "shipments": "invoices",
            },
            primary=True,
        ),
    },
    master=POLICIES,
    met={"agreement": Text("查看服务协议", "View the service agreement")},
    answers=("reason", "manager_name", "manager_phone", "paid_amount_usd", "paid_on", "progress_text"),
    detail=(
        "claim_no", "state", "ack",
        "policy_no", "programme", "loss_no", "insured", "claimant", "uscc",
        "buyer_code", "buyer_no", "buyer_name_en", *BANK_FACTS, *QUESTIONS, *FINANCING, "total_usd",
        "expected_usd", "loss_cause", "cause_text", "case_text", "mitigation_text", "supplement_text",
        "report_signed_at", "seal_no", "submitted_at",
        "paid_amount_usd", "paid_on", "progress_text",
    ),
    title=Text("索赔申请详情", "Claim"),
    empty=Text(
        "还没有索赔申请。在保险单的操作栏点击“我要索赔”开始。",
        "No claim yet: begin one by 'Claim' beside a policy.",
    ),
)  # fmt: skip

BUYERS = Listing(
    kind=BUYER,
    columns=(
        Column("buyer_no", "number", Text("临时编号", "Temporary no.")),
        Column("name_en"),
        Column("buyer_code"),
        Column("state", "track"),
        Column("created_at", "time", Text("新建时间", "Begun")),
    ),
    filters=(Filter("buyer_no"), Filter("state", "track")),
    acts=("register", "delete"),
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("register", "DRAFT"): Text("修改", "Edit"),
        ("register", "SEND_FAILED"): Text("再次提交", "Submit again"),
    },
    detail=("buyer_no", "state", "buyer_code", *(row.name for row in FACTS)),
    create=Text("新建买方", "New buyer"),
    sources={"claim": FOR_A_FORM, "loss_report": FOR_A_FORM, "buyer_report": FOR_A_FORM},
    title=Text("新建买方信息", "New buyer"),
    empty=Text(
        "买方不在保险公司的买方名单中时，在此新建；取得临时编号后即可提交索赔申请。",
        "A buyer that the insurer's list lacks is registered here; its temporary number is enough for a claim.",
    ),
)

VIEW = LineView(
    line=LINE,
    menu_code="claim",
    menu=(
        MenuItem(code="claim_list", label=Text("索赔申请", "Claims"), tabs=(Tab(CLAIMS), Tab(BUYERS)), counts="claims"),
    ),
    area=Text("索赔申请", "Claims"),
    icon="claim",
    counters=(
        Counter(
            code="claims",
            label=Text("索赔申请", "Claims that wait for you"),
            kind="claim",
            track="state",
            states=("RETURNED", "SUPPLEMENT_REQUIRED", "SEND_FAILED"),  # CI-HOME-04
            none=Text("没有待处理的索赔申请", "No claim waits for you"),
            notice=Text("您有一份索赔申请待处理，请查看审核结果", "A claim waits for you: see what the insurer says"),
            more=Text(
                "您有 {n} 份索赔申请待处理，请查看审核结果", "{n} claims wait for you: see the insurer's answers"
            ),
            link=Text("查看索赔申请", "View"),
        ),
    ),
    forms={
        "claim": FormPage(
            schema=ClaimForm,
            title=Text("索赔申请详情", "Claim"),
            hint=Text("请如实填写。金额按美元填写。", "State the truth. Amounts are in US dollars."),
            blocks=(
                Block(Text("索赔申请", "Claim"), ("claim_no", "policy_no", "insured", "claimant")),
                Block(
                    Text("买方信息", "Buyer"),
                    ("buyer_code", "buyer_no", "buyer_name_en"),
                    hint=Text(
                        "点击放大镜查询保险公司买方名单；名单中没有的，点击铅笔新建，临时编号自动填入。",
                        "The magnifier searches the insurer's list; the pencil registers a buyer that it lacks.",
                    ),
                    columns=3,
                    errands=(BUYER_SEARCH, NEW_BUYER),
                ),
                Block(
                    Text("银行信息", "Banks"),
                    tuple(BANK_FACTS),
                    hint=Text(
                        "支付方式为信用证时，开证行必填。", "With a letter of credit the issuing bank is required."
                    ),
                ),
                Block(Text("案件信息", "Facts"), (*QUESTIONS, *FINANCING)),
                Block(
                    Text("出运信息", "Shipments"),
                    ("shipments", "total_usd", "expected_usd"),
                    columns=1,
                    errands=(
                        Errand(Text("申报数据检查、出运数据报告", "Check the documents, make the report"), "check"),
                    ),
                ),
                Block(
                    Text("说明", "Explanations"),
                    ("loss_cause", "cause_text", "case_text", "mitigation_text"),
                    wide=frozenset({"cause_text", "case_text", "mitigation_text"}),
                ),
                Block(Text("附件", "Files"), (MATERIAL,), notes=ABOUT_FILES, columns=1),
                Block(Text("索赔申明", "Declaration"), ("declaration_accepted",), columns=1),
            ),
        ),
        "claim_report": FormPage(
            schema=ReportForm,
            title=Text("确认出运数据报告", "Agree to the shipment report"),
            hint=Text(
                "请插入当前登录账号所绑定的卡介质，核对报告内容，选择公司章后点击“同意”并输入卡密码。报告随索赔申请一同提交。",
                "Plug in the card of this account, read the report, choose the seal, agree, enter the PIN. "
                "The report goes to the insurer with the claim.",
            ),
            blocks=(
                Block(
                    Text("签章", "Seal"),
                    ("claim_no", "enterprise_name", "seal_no"),
                    wide=frozenset({"seal_no"}),
                ),
            ),
        ),
        "claim_supplement": FormPage(
            schema=ClaimSupplementForm,
            title=Text("补充材料", "Further material"),
            blocks=(
                Block(Text("保险公司的要求", "What the insurer asks for"), ("reason", "manager_name", "manager_phone")),
                Block(
                    Text("补充材料", "Further material"),
                    ("supplement_text", MATERIAL),
                    wide=frozenset({"supplement_text"}),
                ),
            ),
        ),
        "buyer": FormPage(
            schema=BuyerForm,
            title=Text("新建买方信息", "New buyer"),
            done=Text("保存并提交", "Save and submit"),
            blocks=(Block(Text("新建买方信息", "New buyer"), ("buyer_no", *(row.name for row in FACTS))),),
        ),
    },
)
