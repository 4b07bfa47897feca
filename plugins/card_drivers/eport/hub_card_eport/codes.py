"""What the control says when something fails -> the card faults of the hub.

The control answers ``"Error": ["<words>", "Err:Custom<number>"]``. Four numbers are publicly known; for everything else
the words decide, in the order of ``WORDS``. What neither table knows is no fault of the card: ControlFault.
"""

import re
from collections.abc import Mapping, Sequence

from hub.contract.card import CardError, CardFault

NUMBERS: Mapping[str, CardFault] = {
    "Err:Base60408": CardFault.NO_CLIENT,  # 连接控件超时
    "Err:Custom50200": CardFault.NO_READER,  # [读卡器底层库]打开读卡器失败
    "Err:Custom51590": CardFault.NO_CARD,  # the vendor's pages show 请插入当前用户绑定的电子钥匙！
    "Err:Custom50070": CardFault.READER_RESET,  # [读卡器底层库]复位读卡器失败
}

WORDS: Sequence[tuple[re.Pattern[str], CardFault]] = (
    (re.compile("锁定|锁死|已锁"), CardFault.PIN_LOCKED),  # before the next row: 密码错误，卡已锁定
    (re.compile("(密码|口令|PIN).*(错误|有误|不正确)"), CardFault.PIN_WRONG),
    (re.compile("绑定的IC卡/KEY.*不一致"), CardFault.WRONG_CARD),
    (re.compile("法人卡"), CardFault.WRONG_ROLE),
    (re.compile("证书.*过期"), CardFault.CERT_EXPIRED),
    (re.compile("算法.*不支持|不支持.*算法"), CardFault.ALGORITHM),
    (re.compile("用户取消"), CardFault.CANCELLED),
    (re.compile("超时"), CardFault.SILENT),
    (re.compile("插入.*(卡|钥匙)|未检测到卡"), CardFault.NO_CARD),
)

TRIES = re.compile(r"(?:还可尝试|剩余|还剩)\D{0,6}(\d{1,2})\s*次")


class ControlFault(Exception):
    """The control failed in a way that says nothing about the card."""


def fault(error: Sequence[str]) -> CardError:
    """The card's fault in the control's words. Raises ControlFault with the number for anything else."""
    words, number = (*error, "", "")[:2]
    found = NUMBERS.get(number) or next((row for pattern, row in WORDS if pattern.search(words)), None)
    if found is None:
        raise ControlFault(number[:40])
    return CardError(found, tries_left=_tries(found, words), detail=number[:40])


def _tries(found: CardFault, words: str) -> int | None:
    if found is CardFault.PIN_LOCKED:
        return 0
    left = TRIES.search(words)
    return int(left[1]) if left and found is CardFault.PIN_WRONG else None
