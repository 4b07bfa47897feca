"""签约管理 on the screen (spec.md 8; manual S2:380-490)."""

from hub.business.agreement import AGREEMENT, LINE
from hub.contract.text import Text
from web.forms.agreement import AgreementForm
from web.lines.presentation import Block, Column, FormPage, LineView, Listing, MenuItem

AGREEMENTS = Listing(
    kind=AGREEMENT,
    columns=(
        Column("agreement_no", "number"),
        Column("enterprise_name"),
        Column("partner", "partner", Text("保险公司", "Insurer")),
        Column("document_version"),
        Column("signed_at", "day"),
        Column("countersigned_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(),
    acts=("sign", "delete"),
    form_first=frozenset({"UNSIGNED"}),
    link_labels={
        ("sign", "UNSIGNED"): Text("签署协议", "Sign"),
        ("sign", "FAILED"): Text("重新签署", "Sign again"),
        ("sign", "SUPERSEDED"): Text("重新签署", "Sign again"),
    },
    detail=(
        "agreement_no",
        "state",
        "enterprise_name",
        "uscc",
        "document_version",
        "seal_no",
        "signed_at",
        "countersigned_at",
        "reason",
    ),
    document_links={"agreement": Text("查看协议", "View")},
    create=Text("签署协议", "Sign the agreement"),
    title=Text("服务协议", "Service agreement"),
    empty=Text(
        "贵司尚未签署服务协议。请先由法人制作公司章，再点击“签署协议”。",
        "Not signed yet: have the legal person make a company seal, then sign.",
    ),
)

VIEW = LineView(
    line=LINE,
    menu_code="agreement",
    menu=(MenuItem(code="agreement_list", label=Text("签约管理", "Agreement"), path="/agreement/agreement"),),
    listings=(AGREEMENTS,),
    title=Text("签约管理", "Agreement"),
    area=Text("签约管理", "Agreement"),
    forms={
        "agreement": FormPage(
            schema=AgreementForm,
            title=Text("签署服务协议", "Sign the service agreement"),
            hint=Text(
                "请插入当前登录账号所绑定的卡介质，阅读协议全文，选择公司章后点击“同意”并输入卡密码。",
                "Plug in the card of this account, read the agreement, choose the seal, agree, enter the PIN.",
            ),
            blocks=(
                Block(
                    Text("签署", "Signature"),
                    ("agreement_no", "enterprise_name", "uscc", "seal_no", "accepted"),
                    wide=frozenset({"seal_no", "accepted"}),
                ),
            ),
        ),
    },
    tip=Text(
        "协议由企业、保险公司和中国电子口岸数据中心三方签署；企业签署后为“签约中”，保险公司加盖电子签章后“签约完成”。",
        "Three parties sign. After your company it is being signed; with the insurer's seal it is complete.",
    ),
)
