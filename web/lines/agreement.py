"""签约管理 on the screen (spec.md 8; manual S2:380-490)."""

from hub.business.agreement import AGREEMENT, LINE
from hub.business.authorisation import AUTHORISATION
from hub.contract.text import Text
from web.forms.agreement import AgreementForm
from web.forms.authorisation import AuthorisationForm
from web.lines.presentation import Block, Column, Filter, FormPage, Guide, LineView, Listing, MenuItem, Tab

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

AUTHORISATIONS = Listing(
    kind=AUTHORISATION,
    columns=(
        Column("authorisation_no", "number"),
        Column("purpose"),
        Column("partner", "partner", Text("被授权人", "Given to")),
        Column("valid_from"),
        Column("valid_until"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(Filter("authorisation_no"), Filter("state", "track")),
    acts=("give", "revoke", "delete"),
    form_first=frozenset({"NONE"}),
    link_labels={("give", "FAILED"): Text("重新授权", "Authorise again")},
    detail=(
        "authorisation_no",
        "state",
        "enterprise_name",
        "uscc",
        "purpose",
        "document_version",
        "valid_from",
        "valid_until",
        "seal_no",
        "scope",
    ),
    document_links={"authorisation": Text("查看授权书", "View")},
    create=Text("数据授权", "Authorise"),
    title=Text("企业数据授权", "Data authorisation"),
    empty=Text(
        "尚未授权提供企业数据。授权后可随时查看、下载或撤回。",
        "No data authorisation yet. Once given it can be viewed, downloaded and revoked at any time.",
    ),
)

VIEW = LineView(
    line=LINE,
    menu_code="agreement",
    menu=(
        MenuItem(
            code="agreement_list",
            label=Text("签约管理", "Agreement"),
            tabs=(Tab(AGREEMENTS), Tab(AUTHORISATIONS)),
        ),
    ),
    area=Text("签约管理", "Agreement"),
    icon="pen",
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
        "authorisation": FormPage(
            schema=AuthorisationForm,
            title=Text("企业数据授权", "Data authorisation"),
            hint=Text(
                "请插入法人卡，阅读授权书全文，选择授权期限和公司章后点击“授权”并输入卡密码。",
                "Plug in the legal-person card, read it all, choose term and seal, authorise, enter the PIN.",
            ),
            blocks=(
                Block(
                    Text("授权", "Authorisation"),
                    ("authorisation_no", "enterprise_name", "uscc", "term", "seal_no", "accepted"),
                    wide=frozenset({"term", "seal_no", "accepted"}),
                ),
            ),
        ),
    },
    guide=Guide(
        notes=(
            Text(
                "必须插入当前登录账号所绑定的卡介质，才能签署服务协议。",
                "The card of the account that is logged in has to be plugged in to sign.",
            ),
            Text(
                "制作、修改签章需使用法人卡重新登录系统。",
                "Making or changing a seal needs a new login with the legal-person card.",
            ),
            Text(
                "签章（印章）制作时选择操作员姓名、制作的类型必须为：公司章。",
                "Name the operator when the seal is made; its type has to be: company seal.",
            ),
            Text(
                "如签章超过有效期，签署服务协议时无法选择。",
                "A seal that has expired cannot be chosen when the agreement is signed.",
            ),
        ),
        way=Text("点击此处进入单一窗口用户管理系统", "To the seals"),
        kind="seal",
        others=Text(
            "当前账号非管理员，不能制作印章。请关闭浏览器，使用管理员账号绑定的IC卡或Ikey重新登录。",
            "This account is no administrator and makes no seals: log in again with the administrator's card.",
        ),
    ),
    tip=Text(
        "协议由企业、保险公司和中国电子口岸数据中心三方签署；企业签署后为“签约中”，保险公司加盖电子签章后“签约完成”。",
        "Three parties sign. After your company it is being signed; with the insurer's seal it is complete.",
    ),
)
