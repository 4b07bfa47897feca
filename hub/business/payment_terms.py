"""三方协议书: the text of the tri-party payment agreement (DOC-09), the hub's own wording. It is never edited: a change
is a new version, because each request names the version and the digest of what was read and agreed to.
"""

from hashlib import sha256

from hub.contract.text import Text

VERSION = "2026-1"
TITLE = Text("在线交费三方协议书", "Tri-party agreement on online payment")
TICK = Text("我同意协议条款", "I agree to the terms")
CLAUSES = (
    "甲方（付款企业）、乙方（付款银行）、丙方（收款企业）就甲方通过国际贸易“单一窗口”向丙方在线交费一事，签订本协议。",
    "甲方授权乙方根据甲方通过“单一窗口”提交、并经甲方IC卡签名的支付指令，从本协议所列付款账号向丙方的收款账号付款。",
    "每一笔支付指令由甲方逐笔确认。乙方不得在没有甲方签名指令的情况下依本协议扣款。",
    "支付是否成功，以乙方返回的支付结果为准。结果不明时，甲方不得就同一笔业务重复提交指令，“单一窗口”向乙方查询后告知结果。",
    "支付成功后款项被退回的，乙方通知“单一窗口”，甲方应就该笔业务重新支付。",
    "甲方应保证企业税号和付款账号真实、有效，并妥善保管IC卡及密码。凡使用甲方IC卡及密码签名的指令，视为甲方的真实意思表示。",
    "“单一窗口”仅传递本协议项下的指令和结果，不保管资金，不对三方之间的交易承担付款责任。",
    "本协议自乙方返回签约成功并给出协议编号之日起生效，至乙方所告知的到期日止。任何一方可以书面通知解除本协议，解除前已提交的指令不受影响。",
)
DIGEST = sha256("\n".join((TITLE.zh, *CLAUSES)).encode()).hexdigest()
