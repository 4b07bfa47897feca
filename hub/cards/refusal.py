"""Why the hub does not believe a card's answer: one row per reason, each with what to do about it."""

from collections.abc import Mapping

from hub.contract.text import Text

REFUSALS: Mapping[str, Text] = {
    # the certificate
    "expired": Text("卡证书已过期，请办理换证", "The card's certificate has expired: have it renewed"),
    "not_yet_valid": Text("卡证书尚未生效，请检查电脑时间", "The card's certificate is not valid yet: check the clock"),
    "revoked": Text("卡证书已被吊销，请联系发卡机构", "The card's certificate is revoked: ask its issuer"),
    "untrusted": Text("卡证书不是由受信任的机构签发", "The card's certificate is not from a trusted issuer"),
    "no_crl": Text("暂时无法确认卡证书是否被吊销，请稍后再试", "The revocation list is missing or too old: try later"),
    "not_a_card": Text("此证书不是单一窗口的卡证书", "This is not the certificate of a Single Window card"),
    # the signature
    "algorithm": Text("此卡的算法不受支持", "This card's algorithm is not supported"),
    "bad_signature": Text("签名无效，请重新签名", "The signature is not valid: sign again"),
    # what was signed
    "malformed": Text("签名内容格式有误，请刷新页面重试", "What was signed is malformed: reload the page"),
    "wrong_origin": Text("签名来自其他网站", "The signature was made for another site"),
    "wrong_nonce": Text("签名与本次请求不符，请刷新页面重试", "The signature answers another request: reload the page"),
    "wrong_act": Text("签名内容与本次操作不符，请刷新页面重试", "Something else was signed: reload the page"),
    "stale": Text("签名请求已超时，请重试", "The request to sign has expired: try again"),
}


class CardRefused(Exception):
    """A card's answer is not believed. ``code`` is a row of ``REFUSALS``, ``text`` its wording."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = REFUSALS[code]
