"""投保咨询 on the screen: the form above the list (spec.md 10; manual S2:721-846)."""

from hub.business.inquiry import INQUIRY, LINE
from hub.contract.text import Text
from web.forms.inquiry import InquiryForm
from web.lines.presentation import (
    Block,
    Column,
    Filter,
    FormPage,
    Introduction,
    LineView,
    Listing,
    Many,
    MenuItem,
    Tab,
)

INQUIRIES = Listing(
    kind=INQUIRY,
    columns=(
        Column("inquiry_no", "number", Text("询保申请流水号", "Inquiry no.")),
        Column("enterprise_name"),
        Column("contact_name"),
        Column("contact_mobile", label=Text("联系电话", "Telephone")),
        Column("contact_email"),
        Column("topic"),
        Column("submitted_at", "day"),
        Column("state", "track"),
        Column("answer_text", below=("answered_by", "answer_phone", "answered_at")),  # CI-INQ-18
    ),
    filters=(Filter("inquiry_no"), Filter("state", "track")),
    acts=("submit", "delete"),
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "SEND_FAILED"): Text("再次提交", "Submit again"),
    },
    detail=("state", "submitted_at", "answer_text", "answered_at", "answered_by", "answer_phone"),
    create=Text("新增", "New"),
    form_above=True,
    title=Text("询保申请", "Inquiry"),
    empty=Text("还没有询保申请。在上方填写并保存后，会出现在这里。", "Nothing yet: what you save above appears here."),
)

VIEW = LineView(
    line=LINE,
    menu_code="inquiry",
    menu=(MenuItem(code="inquiry_list", label=Text("投保咨询", "Inquiries"), tabs=(Tab(INQUIRIES),)),),
    area=Text("投保咨询", "Inquiries"),
    icon="chat",
    forms={
        "inquiry": FormPage(
            schema=InquiryForm,
            title=Text("询保申请", "Inquiry"),
            checked=True,
            beside="introduction",
            hint=Text(
                "请填写以下内容，中国出口信用保险公司将及时与您联系",
                "Fill in the following, and China Export & Credit Insurance Corporation will contact you soon",
            ),
            blocks=(
                Block(
                    Text("询保申请", "Inquiry"),
                    (
                        "inquiry_no",
                        "enterprise_name",
                        "region_code",
                        "address",
                        "contact_name",
                        "contact_mobile",
                        "contact_phone",
                        "contact_email",
                        "topic",
                        "request",
                    ),
                    wide=frozenset({"topic"}),
                ),
            ),
        )
    },
    pages={
        "introduction": Introduction(
            title=Text("投保咨询介绍", "About inquiries"),
            invitation=Text("先了解投保咨询", "About inquiries first"),
            product="INQUIRY",
            templates={"zh": "inquiry/introduction_zh.html", "en": "inquiry/introduction_en.html"},
        )
    },
)
