"""Who may do what (spec.md 1.2): the roles, the sets that the lines of business choose from, the words of a refusal.

A login has one role, by its card or its password. What the role does not allow, the legal person may let a named
operator do where an action is ``delegable`` (ROLE-06).
"""

from collections.abc import Mapping, Set
from typing import Final

from hub.contract.text import Text

LP, OP, PW, ADM = "LP", "OP", "PW", "ADM"
ROLES: Mapping[str, Text] = {
    LP: Text("法人卡", "the legal-person card"),
    OP: Text("操作员卡", "an operator card"),
    PW: Text("用户名和密码", "user name and password"),
    ADM: Text("平台运营账号", "an account of the hub's operators"),
}

ANYONE: Final = frozenset({LP, OP, PW})  # of the enterprise
CARD_HOLDERS: Final = frozenset({LP, OP})
LEGAL_PERSON: Final = frozenset({LP})
OPERATORS: Final = frozenset({OP})  # the legal person reads


def refusal(roles: Set[str], *, delegable: bool = False) -> Text:
    """What is told to those who may not: who may."""
    names = [text for role, text in ROLES.items() if role in roles]
    zh, en = "或".join(text.zh for text in names), " or ".join(text.en for text in names)
    also = Text("，或由法人授权后办理", ", or have the legal person delegate it to you") if delegable else Text("", "")
    return Text(f"当前账号无此权限，请用{zh}登录办理{also.zh}", f"Not with this account: log in with {en}{also.en}")
