"""Every error the hub raises on purpose. The docstring is the message in English, ``zh`` the user's Chinese.

HubError
├── NotFound            the object does not exist for this enterprise
├── NotAllowed          the state or the role forbids the action
├── Stale               somebody else changed the record
├── InvalidInput        values break the form's rules
├── Unregistered        no partner or capability of that name
├── SignatureRefused    the card's signature does not fit
├── LoginRefused        the login is not accepted
├── ConfigError         the configuration is wrong
└── Unavailable         the hub cannot promise anything right now
"""

from collections.abc import Mapping
from typing import ClassVar

from hub.contract.text import Text


class HubError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    zh: ClassVar[str] = "系统出现错误"

    def __init__(self, text: Text | str | None = None) -> None:
        if isinstance(text, str):
            text = Text(text, text)
        self.text = text or Text(self.zh, type(self).__doc__ or "")
        super().__init__(self.text.en)


class NotFound(HubError):
    """No such record."""

    status = 404
    zh = "未查询到数据"


class NotAllowed(HubError):
    """This action is not possible in the present state."""

    status = 409
    zh = "当前状态不允许此操作"


class Stale(HubError):
    """The record was changed by somebody else."""

    status = 409
    zh = "记录已被他人修改"


class InvalidInput(HubError):
    """Some values are missing or wrong."""

    status = 422
    zh = "格式有误"

    def __init__(self, fields: Mapping[str, Text]) -> None:
        super().__init__()
        self.fields = dict(fields)


class Unregistered(HubError):
    """No partner or capability of that name."""

    status = 404
    zh = "未登记的合作机构或能力"


class SignatureRefused(HubError):
    """The card's signature does not fit what was shown."""

    status = 403
    zh = "签名与所示内容不符"


class LoginRefused(HubError):
    """The login is not accepted."""

    status = 403
    zh = "登录未通过"


class ConfigError(HubError):
    """The configuration is wrong."""

    zh = "配置有误"


class Unavailable(HubError):
    """The hub cannot take this now; try again later."""

    status = 503
    zh = "系统暂不可用，请稍后重试"
