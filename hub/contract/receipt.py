"""The codes of a receipt: what the hub and its partners tell each other about a message, before any business answer.

Four classes, as the customs gateways use them (domain.md 1.1): 0xxx form, 1xxx security, 2xxx business, 3xxx system.
"""

from collections.abc import Mapping

from hub.contract.text import Text

ACCEPTED = "0000"
NOT_SEEN = "2010"

RECEIPT_CODES: Mapping[str, Text] = {
    ACCEPTED: Text("已接收", "received and stored"),
    "0001": Text("报文不是格式正确的XML", "the message is not well-formed XML"),
    "0002": Text("报文不符合XSD", "the message does not satisfy its XSD"),
    "0003": Text("报文超出大小或结构限制", "the message exceeds a size or structure limit"),
    "0004": Text("报文编码不受支持，仅支持UTF-8、GB18030", "the encoding is not UTF-8 or GB18030"),
    "0005": Text("未登记的报文类型或版本", "this message type or version is not declared for the sender"),
    "0006": Text("附件与摘要不一致", "an attachment does not match its digest"),
    "1001": Text("签名无效", "the signature is not valid"),
    "1002": Text("签名证书不在有效期内", "the signing certificate is not within its validity"),
    "1003": Text("签名证书未登记", "the signing certificate is not registered for the sender"),
    "1004": Text("报文发送方与通道不符", "the sender in the message is not the partner of this address"),
    "1005": Text("报文时间超出允许窗口", "the message's time is outside the accepted window"),
    "2001": Text("接收方不是本系统", "the receiver is not this hub"),
    "2002": Text("同一报文号内容不同", "this message id was used before with other content"),
    "2003": Text("业务号属于其他企业", "the business number belongs to another enterprise"),
    "2005": Text("业务号不存在", "the business number does not exist here"),
    "2006": Text("当前状态不允许此操作", "the state of the business object does not allow this"),
    NOT_SEEN: Text("未收到过该报文", "this message was never received"),
    "3001": Text("系统繁忙，请稍后重试", "busy, try again later"),
    "3002": Text("请求过于频繁", "too many requests"),
}
"""Code -> meaning. ``0000`` and ``2010`` are answers; every other code is a refusal."""
