"""The hub's own wording of documents that it prints from a template.

The manuals name these documents and show them as pictures only, so the articles here are ours: a portal replaces them
by the text that its parties have agreed, under a version of its own. A version that was signed is never edited; a new
one is added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One version of a document's text."""

    title: str
    version: str
    articles: Sequence[tuple[str, str]]  # title, text
    categories: Sequence[tuple[str, str]] = ()  # of data that is given: name, what it holds
    purpose: str = ""

    def held(self) -> dict[str, object]:
        """What an object remembers of it, as far as its kind has fields of these names."""
        return {
            "document_version": self.version,
            "purpose": self.purpose,
            "scope": [name for name, _ in self.categories],
        }

    def data(self) -> dict[str, object]:
        """As the templates read it."""
        return {
            "title": self.title,
            "version": self.version,
            "purpose": self.purpose,
            "articles": [{"title": title, "text": text} for title, text in self.articles],
            "categories": [{"name": name, "detail": detail} for name, detail in self.categories],
        }


SERVICE_AGREEMENT = Wording(
    title="中国国际贸易单一窗口出口信用保险服务协议",
    version="2026-1",
    articles=(
        ("协议目的", "为方便企业通过“单一窗口”标准版信用保险系统办理索赔申请等业务，三方就电子化服务达成本协议。"),
        ("签约方式", "企业在系统中阅读本协议，以当前登录账号所绑定的卡介质签署并加盖公司章。一家企业签署一次。"),
        ("协议生效", "企业签署后，系统将本协议发送给保险公司；保险公司加盖电子签章并送回系统后，签约完成，协议生效。"),
        (
            "数据传输",
            "经企业确认提交的申请和材料由系统传送给保险公司，保险公司的受理结果由系统送达企业。各方以签名报文为准。",
        ),
        ("电子签名", "各方以电子签名和电子签章签署的文件与书面签署具有同等效力。企业应妥善保管卡介质和密码。"),
        ("信息保密", "各方对在服务中获知的商业秘密和个人信息承担保密义务，仅用于办理本协议所涉业务。"),
        ("责任范围", "保险责任以保险单和保险条款为准，本协议不改变保险合同的内容。系统运行方负责准确、完整地传送。"),
        ("变更与终止", "本协议更新版本后，企业在下一次办理索赔申请时签署新版本；原版本继续留存，可随时查阅。"),
    ),
)

DATA_AUTHORISATION = Wording(
    title="企业数据授权书",
    version="2026-1",
    purpose="小微企业出口信用保险的投保、承保与理赔",
    categories=(
        ("企业基本信息", "企业名称、统一社会信用代码、注册地址、联系方式"),
        ("出口申报数据", "报关单的申报日期、贸易国别、商品类别和出口金额"),
        ("投保与保单信息", "投保申请、保险单、收悉与批改记录"),
    ),
    articles=(
        ("授权内容", "授权人同意提供上述数据内容，由“单一窗口”向被授权人传送。"),
        ("使用限制", "被授权人仅可将数据用于上述用途，不得向其他方提供。"),
        ("查阅与下载", "授权人可随时在“单一窗口”查阅、下载本授权书。"),
        ("撤回授权", "授权人可随时撤回授权。撤回后不再提供数据，已经签发的保险单不受影响。"),
    ),
)

CREDIT_AUTHORISATION = Wording(
    title="企业征信签约授权书",
    version="2026-1",
    purpose="关税保证保险的企业资信评估与额度核定",
    categories=(
        ("企业基本信息", "企业名称、统一社会信用代码、海关注册编码、信用等级"),
        ("进口纳税数据", "进口申报金额、税款金额和缴纳情况"),
        ("保证保险信息", "关税保证保险的额度、保单和索赔记录"),
    ),
    articles=(
        ("授权内容", "授权人同意被授权的保险机构查询、使用上述数据，用于上述用途。"),
        ("使用限制", "被授权人应当对数据保密，仅在授权期限内使用。"),
        ("签署方式", "授权人以本企业的电子签章和卡介质签署，与书面签署具有同等效力。"),
        ("撤回授权", "授权人可随时撤回授权。撤回后不再提供数据，撤回前已经作出的核定不受影响。"),
    ),
)

SHIPMENT_REPORT = Wording(
    title="信用保险索赔出运数据报告",
    version="2026-1",
    articles=(
        (
            "声明",
            "索赔出运数据报告，由中国国际贸易单一窗口根据企业提供的业务单据编号，查询出对应的单据信息，经企业确认和授权后，"
            "提供给中国出口信用保险公司，仅用于索赔业务办理参考。",
        ),
        (
            "提示",
            "出运信息流水号对应索赔申请的每条出运信息，每条出运信息对应的出运信息流水号、发票号、报关单、提运单和原产地证"
            "作为一组数据，不同组的数据从新的一页显示。",
        ),
    ),
)
"""Its two sentences are the manual's (S2:635-637)."""

WORDINGS: Mapping[str, Wording] = {
    "service_agreement": SERVICE_AGREEMENT,
    "data_authorisation": DATA_AUTHORISATION,
    "credit_authorisation": CREDIT_AUTHORISATION,
    "shipment_report": SHIPMENT_REPORT,
}
"""Document -> its present wording."""
