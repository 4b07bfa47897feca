"""印章管理 on the screen (spec.md CI-AGR-07..10; manual S2:419-431)."""

from hub.business.seal import LINE, SEAL
from hub.contract.text import Text
from web.forms.seal import AssignmentForm, RenewalForm, RevocationForm, SealForm
from web.lines.presentation import Block, Column, Filter, FormPage, LineView, Listing, MenuItem, Tab

SEALS = Listing(
    kind=SEAL,
    columns=(
        Column("seal_no", "number"),
        Column("enterprise_name"),
        Column("seal_type"),
        Column("operator_name"),
        Column("valid_from"),
        Column("valid_until"),
        Column("state", "track"),
    ),
    filters=(Filter("seal_no"), Filter("state", "track")),
    acts=("make", "assign", "renew", "revoke", "delete"),
    form_first=frozenset({"NONE"}),
    link_labels={("make", "NONE"): Text("制章", "Make")},
    detail=(
        "seal_no",
        "state",
        "enterprise_name",
        "uscc",
        "seal_type",
        "operator_name",
        "engraved_no",
        "valid_from",
        "valid_until",
        "reason",
    ),
    create=Text("制作印章", "Make a seal"),
    title=Text("印章信息", "Seal"),
    empty=Text("还没有印章。请由法人卡登录后制作公司章。", "No seal yet: the legal person's card makes one."),
)

VIEW = LineView(
    line=LINE,
    menu_code="seal",
    menu=(MenuItem(code="seal_list", label=Text("印章管理", "Seals"), tabs=(Tab(SEALS),)),),
    area=Text("印章管理", "Seals"),
    icon="stamp",
    forms={
        "seal": FormPage(
            schema=SealForm,
            title=Text("制作印章", "Make a seal"),
            hint=Text(
                "印章由法人卡制作，保存时需输入卡密码。",
                "A seal is made with the legal-person card; saving asks for the card's PIN.",
            ),
            blocks=(
                Block(
                    Text("印章信息", "Seal"),
                    ("seal_no", "enterprise_name", "seal_type", "operator", "engraved_no", "term"),
                    wide=frozenset({"seal_type", "term"}),
                ),
            ),
        ),
        "renewal": FormPage(
            schema=RenewalForm,
            title=Text("印章续期", "Renew a seal"),
            blocks=(
                Block(
                    Text("印章信息", "Seal"),
                    ("seal_no", "enterprise_name", "seal_type", "operator_name", "valid_until", "term"),
                    wide=frozenset({"term"}),
                ),
            ),
        ),
        "assignment": FormPage(
            schema=AssignmentForm,
            title=Text("分配印章", "Assign a seal"),
            blocks=(
                Block(
                    Text("印章信息", "Seal"),
                    ("seal_no", "enterprise_name", "seal_type", "valid_until", "operator"),
                ),
            ),
        ),
        "revocation": FormPage(
            schema=RevocationForm,
            title=Text("注销印章", "Revoke a seal"),
            blocks=(
                Block(
                    Text("印章信息", "Seal"),
                    ("seal_no", "enterprise_name", "seal_type", "valid_until", "reason"),
                    wide=frozenset({"reason"}),
                ),
            ),
        ),
    },
    tip=Text(
        "制作、续期、注销印章须以法人卡登录。非法人卡登录时：当前账号非管理员，"
        "请关闭浏览器，使用管理员账号绑定的IC卡或Ikey重新登录。",
        "Making, renewing and revoking a seal needs the legal-person card: other accounts are no administrators; "
        "log out and log in with the administrator's card.",
    ),
    of_legal_person=True,
)
