"""Signing the service agreement (spec.md 8, S2:435-451): read, agree, choose the seal."""

from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import pick, tick


class SealChoice(Form):
    """Under which seal."""

    seal_no = pick(
        Text("公司章", "Company seal"),
        hint=Text(
            "仅可选择有效的公司章；没有可选的印章时，请由法人在“印章管理”制作后刷新",
            "Valid company seals only. If there is none, the legal person makes one under Seals; then look again",
        ),
    )


class AgreementForm(SealChoice):
    """Read and agreed to."""

    accepted = tick(Text("我确认协议条款", "I confirm the terms of the agreement"))
