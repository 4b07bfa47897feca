"""What every form that names a person asks alike, as schemas/common/types-1.0.xsd has it."""

import re

from hub.contract.text import Text
from web.forms.controls import Rule

NAME = Rule(re.compile(r"[^ \t\n\r]+( +[^ \t\n\r]+)*"), Text("格式有误，请填写一行文字", "One line of text, please"))
PHONE = Rule(
    re.compile(r"[0-9+\-]{5,20}"),
    Text("格式有误，电话只能包含数字、-、+，5至20位", "Digits, - and + only, 5 to 20 characters"),
)
MOBILE = Rule(
    re.compile(r"1[0-9]{10}|\+[1-9][0-9]{6,14}"),
    Text("格式有误，请填写11位手机号，境外号码以+国家代码开头", "11 digits starting with 1, or + and the country code"),
)
EMAIL = Rule(
    re.compile(r"[A-Za-z0-9!#$%&'*+\/=?^_`\{\|\}~.\-]{1,64}@[A-Za-z0-9\-]{1,63}(\.[A-Za-z0-9\-]{1,63})+"),
    Text("格式有误，请填写完整的邮箱地址，如 name@example.cn", "A complete address, such as name@example.cn"),
)
