"""A row of a programme's list of companies (spec SZ-21), and an objection to one of them."""

import re

from marshmallow import ValidationError
from stdnum.cn import uscc

from hub.contract.text import Text
from hub.services.eligibility import LONGEST
from web.forms.base import Form, rows
from web.forms.controls import Rule, amount, line
from web.forms.people import NAME

NO_USCC = Text("格式有误，请填写18位统一社会信用代码", "A unified social credit code of 18 characters")
NO_YEAR = Text("格式有误，请填写四位年份", "A year of four digits")


class Uscc(Rule):
    """GB 32100-2015, its check digit included."""

    def __call__(self, value: str) -> None:
        """Raises ValidationError."""
        super().__call__(value)
        if value and not uscc.is_valid(value):
            raise ValidationError([self.text])


USCC = Uscc(re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}"), NO_USCC)


class CompanyRow(Form):
    """One company and what it exported."""

    uscc = line(Text("统一社会信用代码", "Unified social credit code"), required=True, longest=18, rule=USCC)
    name = line(Text("企业名称", "Company"), required=True, longest=200, rule=NAME)
    exports = amount(Text("年度出口额（美元）", "Exports of the year (USD)"), required=True, digits=15)
    year = line(Text("年度", "Year"), required=True, longest=4, rule=Rule(re.compile("[0-9]{4}"), NO_YEAR))


COMPANIES = rows(Text("企业名单", "List of companies"), CompanyRow, least=1, most=2000)


class ObjectionForm(Form):
    """An objection to a company on the list."""

    uscc = line(Text("统一社会信用代码", "Unified social credit code"), required=True, longest=18, rule=USCC)
    text = line(Text("异议内容", "Objection"), required=True, shortest=5, longest=LONGEST, control="area")
