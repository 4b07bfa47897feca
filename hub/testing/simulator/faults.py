"""The fault menu (contract_and_delivery N5): what can go wrong on a partner's side, each repeatable from its seed.

Three ways to do harm, each a table: SIGNING changes what the message is signed with, BYTES changes the signed bytes,
WIRE changes how an answer travels. The other faults of the menu are about which messages go out, and when
(``hub.testing.simulator.desk``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.contract.adapters import Context, Signer
from hub.contract.text import Text
from hub.crypto.keys import KeySigner

ANSWER, PUSH = "answer", "push"
BOTH = frozenset({ANSWER, PUSH})
XML = "application/xml; charset=utf-8"
SKEWS = (timedelta(minutes=10), timedelta(minutes=-10), timedelta(hours=2), timedelta(hours=8), timedelta(days=-45))
GB = re.compile(rb"""encoding=["']gb""", re.IGNORECASE)
BAD_GATEWAY = """<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body></html>
"""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row of the menu. ``sides``: our answer to a message, or a message that we push.

    ``kept``: whether a message that is answered like this is stored and acted on; None means that the seed decides,
    because nobody who reads such an answer can tell.
    """

    text: Text
    sides: frozenset[str] = frozenset({ANSWER})
    kept: bool | None = True


MENU: Mapping[str, Fault] = {
    "duplicate": Fault(text=Text("同一报文重复发送", "the same message again"), sides=frozenset({PUSH})),
    "reorder": Fault(text=Text("报文顺序颠倒", "a message overtakes the one before it"), sides=frozenset({PUSH})),
    "late_success": Fault(text=Text("超时后才成功", "stored, answered only after the sender's timeout")),
    "contradictory": Fault(text=Text("前后结果矛盾", "two results that contradict each other"), sides=BOTH),
    "same_id_other_body": Fault(text=Text("同号异文", "the same id with another body"), sides=frozenset({PUSH})),
    "truncated": Fault(text=Text("XML被截断", "the XML is cut off"), sides=BOTH),
    "wrong_signature": Fault(text=Text("签名错误", "the signature is wrong"), sides=BOTH),
    "expired_signature": Fault(text=Text("签名证书过期", "signed with an expired certificate"), sides=BOTH),
    "html_502": Fault(text=Text("网关返回HTML 502", "a gateway's HTML page, 502"), kept=None),
    "empty_200": Fault(text=Text("空的200应答", "200 without a body"), kept=None),
    "slow_drip": Fault(text=Text("应答逐字节到达", "the answer drips in, byte by byte")),
    "wrong_charset": Fault(text=Text("编码与声明不符", "another encoding than the declared one"), sides=BOTH),
    "clock_skew": Fault(text=Text("对方时钟偏差", "the partner's clock is wrong"), sides=BOTH),
    "early": Fault(text=Text("业务回执先于技术回执", "the business answer before the technical receipt")),
    "silence": Fault(text=Text("不应答", "swallowed: no answer, nothing stored"), sides=BOTH, kept=False),
    "reset": Fault(text=Text("应答中途断开", "connection reset in the middle of the answer")),
    "too_many_429": Fault(text=Text("限流429", "429 with Retry-After, not processed"), kept=False),
    "unavailable_503": Fault(text=Text("不可用503", "503 of a gateway, not processed"), kept=False),
    "busy_503": Fault(text=Text("系统繁忙503", "503 with a signed receipt 3001, not processed"), kept=False),
}
"""Name -> what it is."""


def side_of(name: str, wanted: str = "") -> str:
    """The side that fault ``name`` is to happen on. Raises ValueError for a fault or a side that is not on the menu."""
    if name not in MENU:
        raise ValueError(f"fault {name!r} is none of {', '.join(MENU)}")
    sides = MENU[name].sides
    if wanted and wanted not in sides:
        raise ValueError(f"fault {name!r} happens on {', '.join(sorted(sides))}, not on {wanted!r}")
    return wanted or min(sides)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back over HTTP, and in what manner: whole, drip, reset (half of it) or nothing."""

    status: int
    content: bytes = field(default=b"", repr=False)
    content_type: str = XML
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: str = "whole"
    seconds: float = 0.0  # whole, nothing: wait before it; drip: from the first to the last byte


def chance(*about: object) -> Random:
    """The dice for one thing: the same seed and the same thing give the same throws, whichever thread asks first."""
    return Random("/".join(map(str, about)))


def _skewed(ctx: Context, dice: Random, stale: Signer) -> Context:  # noqa: ARG001
    return replace(ctx, now=ctx.now + dice.choice(SKEWS))


def _expired(ctx: Context, dice: Random, stale: Signer) -> Context:  # noqa: ARG001
    return replace(ctx, signer=stale)


SIGNING: Mapping[str, Callable[[Context, Random, Signer], Context]] = {
    "clock_skew": _skewed,
    "expired_signature": _expired,
}
"""(context, dice, signer with an expired certificate) -> the context to build with."""


def _truncated(content: bytes, dice: Random) -> bytes:
    return content[: dice.randrange(1, len(content))]


def _wrong_signature(content: bytes, dice: Random) -> bytes:
    """One character of the signature value becomes another."""
    found = re.search(rb"SignatureValue>([^<]+)<", content)
    if found is None:
        return _truncated(content, dice)
    places = [place for place in range(found.start(1), found.end(1) - 4) if content[place : place + 1].isalnum()]
    place = dice.choice(places)
    other = b"B" if content[place : place + 1] == b"A" else b"A"
    return content[:place] + other + content[place + 1 :]


def _wrong_charset(content: bytes, dice: Random) -> bytes:  # noqa: ARG001
    """Chinese text as GB18030 octets under a declaration of UTF-8, or the reverse; without any Chinese text, a
    declaration nobody reads.
    """
    declared = ("gb18030", "utf-8") if GB.search(content[:80]) else ("utf-8", "gb18030")
    other = content.decode(declared[0]).encode(declared[1])
    if other != content:
        return other
    return re.sub(rb"""encoding=["'][^"']+["']""", b'encoding="ISO-8859-1"', content, count=1)


BYTES: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "truncated": _truncated,
    "wrong_signature": _wrong_signature,
    "wrong_charset": _wrong_charset,
}
"""(signed bytes, dice) -> what is sent."""


def _late(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return replace(answer, seconds=late)


def _html_502(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return Answer(status=502, content=BAD_GATEWAY.encode(), content_type="text/html")


def _empty_200(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return Answer(status=200)


def _drip(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return replace(answer, manner="drip", seconds=late)


def _silence(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return replace(answer, manner="nothing", seconds=late)


def _reset(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return replace(answer, manner="reset")


def _429(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return Answer(status=429, content_type="text/plain", headers={"Retry-After": str(dice.randint(1, 3))})


def _503(answer: Answer, dice: Random, late: float) -> Answer:  # noqa: ARG001
    return Answer(status=503, content=b"Service Unavailable", content_type="text/plain")


WIRE: Mapping[str, Callable[[Answer, Random, float], Answer]] = {
    "late_success": _late,
    "html_502": _html_502,
    "empty_200": _empty_200,
    "slow_drip": _drip,
    "silence": _silence,
    "reset": _reset,
    "too_many_429": _429,
    "unavailable_503": _503,
}
"""(good answer, dice, seconds that outlast the sender's patience) -> what is sent instead."""


def expired_twin(key: bytes, certificate: bytes) -> Signer:
    """The signer of the same key under a certificate that ended before the real one began; PEM in.

    Raises ValueError for a key that is neither RSA nor EC.
    """
    private = load_pem_private_key(key, None)
    if not isinstance(private, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise ValueError("only RSA and EC keys sign messages")
    real = x509.load_pem_x509_certificate(certificate)
    end = real.not_valid_before_utc - timedelta(days=1)
    twin = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.subject)
        .public_key(private.public_key())
        .serial_number(real.serial_number // 2 + 1)
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
        .sign(private, SHA256())
    )
    return KeySigner(private, twin)
