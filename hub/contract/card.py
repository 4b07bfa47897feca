"""Card drivers: a contract of its own, because cards fail in their own ways (contract_and_delivery.md 1.9)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol, runtime_checkable

from hub.contract.text import Text


class CardFault(Enum):
    """What went wrong with a card, each with what the user should do."""

    NO_CLIENT = Text("未检测到读卡程序，请安装并启动读卡程序", "The card agent does not answer: install and start it")
    NO_READER = Text("未检测到读卡器，请检查连接", "No reader found: check its connection")
    NO_CARD = Text("请检查是否正常接入IC卡", "Check that the IC card is plugged in")
    WRONG_CARD = Text("IC卡与当前登录人员不符", "This card does not belong to the person logged in")
    WRONG_ROLE = Text("此操作需使用法人卡", "This needs the legal-person card")
    PIN_WRONG = Text("密码错误", "Wrong PIN")
    PIN_LOCKED = Text("卡已锁定，请到数据中心或窗口解锁", "The card is locked: have it unlocked at the data centre")
    READER_RESET = Text("读卡器已复位，请重新插卡", "The reader was reset: plug the card in again")
    SILENT = Text("读卡超时，请重试", "The card did not answer in time: try again")
    CERT_EXPIRED = Text("卡证书已过期，请办理换证", "The card's certificate has expired: have it renewed")
    ALGORITHM = Text("此卡的算法不受支持", "This card's algorithm is not supported")
    CANCELLED = Text("已取消", "Cancelled")


class CardError(Exception):
    """A card operation failed as a whole; nothing was signed."""

    def __init__(self, fault: CardFault, *, tries_left: int | None = None, detail: str = "") -> None:
        super().__init__(f"{fault.name}: {detail}" if detail else fault.name)
        self.fault = fault
        self.tries_left = tries_left
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class CardIdentity:
    """What may be shown of a card. Never the whole certificate subject: real ones hold a national-ID number."""

    token: str  # stable id of the token in its driver, e.g. the serial number
    label: str  # holder as printed on the card: enterprise name and role
    certificate: bytes = field(repr=False)  # DER; chain certificates follow in ``chain``
    chain: Sequence[bytes] = field(default=(), repr=False)
    not_after: datetime
    algorithm: str  # one of hub.contract.suites
    tries_left: int | None = None  # when the card tells
    factory_pin: bool = False  # the card still has its factory PIN (spec PT-10)


class CardSession(Protocol):
    """An open card after one PIN check. Closed by leaving the ``with`` block, whatever happens."""

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` with the card's own algorithm. Raises CardError."""
        ...


@runtime_checkable
class CardDriver(Protocol):
    """One vendor's cards."""

    name: str  # "softcard"

    def list_cards(self) -> Sequence[CardIdentity]:
        """The cards plugged in now, without a PIN. Raises CardError(NO_READER)."""
        ...

    def open(self, token: str, pin: str) -> AbstractContextManager[CardSession]:
        """Check the PIN exactly once and open the card. Raises CardError."""
        ...
