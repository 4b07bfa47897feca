"""The simulated control's side of the WebSocket."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as listen

from hub.contract.card import CardFault
from hub_card_eport.dialect import GREETING, NEXT, block, join
from hub_card_eport.simulator.card import CardFailure, ControlCard
from hub_card_eport.wire import SILENT

HOST = "127.0.0.1"
Args = Mapping[str, str]

READS: Mapping[str, Callable[[ControlCard], str]] = {
    "cus-sec_SpcGetCardID": lambda card: card.number,
    "cus-sec_SpcGetSignCertAsPEM": lambda card: card.certificate,
    "cus-sec_SpcGetEntName": lambda card: card.enterprise,
    "cus-sec_SpcGetUName": lambda card: card.holder,
}
SIGNS: Mapping[str, Callable[[str], bytes]] = {
    "cus-sec_SpcSignDataAsPEM": str.encode,
    "cus-sec_SpcSignPemDataAsPem": base64.b64decode,
}
"""How the text of a call becomes the bytes that are signed."""

FAILURES: Mapping[CardFault, CardFailure] = {
    CardFault.NO_CLIENT: CardFailure("连接控件超时", "Err:Base60408"),
    CardFault.NO_READER: CardFailure("[读卡器底层库]打开读卡器失败:错误码=50200", "Err:Custom50200"),
    CardFault.NO_CARD: CardFailure("请插入当前用户绑定的电子钥匙", "Err:Custom51590"),
    CardFault.WRONG_CARD: CardFailure(
        "当前插的IC卡/KEY与登录用户账号绑定的IC卡/KEY（9600000000002）不一致", "Err:Simulated"
    ),
    CardFault.WRONG_ROLE: CardFailure("请使用法人卡", "Err:Simulated"),
    CardFault.PIN_WRONG: CardFailure("校验密码错误", "Err:Simulated"),
    CardFault.PIN_LOCKED: CardFailure("卡已锁定", "Err:Simulated"),
    CardFault.READER_RESET: CardFailure("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070"),
    CardFault.SILENT: CardFailure("读卡超时", "Err:Simulated"),
    CardFault.CERT_EXPIRED: CardFailure("证书已过期", "Err:Simulated"),
    CardFault.ALGORITHM: CardFailure("不支持此算法", "Err:Simulated"),
    CardFault.CANCELLED: CardFailure("用户取消操作", "Err:Simulated"),
}


class Room:
    """What all connections share: the card, and how the control misbehaves."""

    def __init__(self, card: ControlCard) -> None:
        self.card = card
        self.manner = ""  # "" | hang | twice: an old answer comes first | lost: the connection breaks | odd: nonsense
        self.over = threading.Event()

    def do(self, method: str, args: Args) -> Sequence[str]:
        """The data that answers a call. Raises CardFailure."""
        if method in HAND:
            HAND[method](self, args)
            return []
        with self.card.lock:
            self.card.require()
            if method in READS:
                return [READS[method](self.card)]
            if method in SIGNS:
                signature = self.card.sign(SIGNS[method](args["inData"]), args["passwd"])
                return [base64.b64encode(signature).decode(), self.card.number]
        raise CardFailure(f"找不到方法{method}", "Err:Simulated")

    def fail(self, args: Args) -> None:
        """From now on the card fails so; without a name no more."""
        self.card.failure = FAILURES[CardFault[args["fault"]]] if args["fault"] else None

    def insert(self, inserted: bool) -> None:
        """Plug the card in, or pull it."""
        self.card.inserted = inserted

    def behave(self, args: Args) -> None:
        """From now on the control behaves so."""
        self.manner = args["manner"]

    def renew(self) -> None:
        """Card and control as on the first day."""
        self.card.renew()
        self.manner = ""


HAND: Mapping[str, Callable[[Room, Args], None]] = {
    "sim_Insert": lambda room, _: room.insert(inserted=True),
    "sim_Pull": lambda room, _: room.insert(inserted=False),
    "sim_Fail": Room.fail,
    "sim_Behave": Room.behave,
    "sim_Renew": lambda room, _: room.renew(),
}


def serve(card: ControlCard, port: int, address_file: Path | None) -> None:
    """Listen on this PC until stopped; ``address_file`` gets the address once it can be called."""
    room = Room(card)
    with listen(lambda socket: converse(room, socket), HOST, port, compression=None, logger=SILENT) as server:
        address = f"ws://{HOST}:{server.socket.getsockname()[1]}"
        print(f"eport-control: {address}", flush=True)
        if address_file is not None:
            draft = address_file.with_suffix(".tmp")
            draft.write_text(address, encoding="utf-8")
            draft.replace(address_file)
        try:
            server.serve_forever()
        finally:
            room.over.set()


def converse(room: Room, socket: ServerConnection) -> None:
    """Greet, then answer call after call."""
    try:
        socket.send(json.dumps({"_method": GREETING}))
        for text in messages(socket):
            call = json.loads(text)
            by_hand = call["_method"] in HAND
            for reply in [said(room, call)] if by_hand else replies(room, call):
                socket.send(reply)
    except ConnectionClosed:
        return


def messages(socket: ServerConnection) -> Iterator[str]:
    """Whole messages; of one in blocks, the next block is asked for."""
    for first in socket:
        piece = block(str(first))
        if piece is None:
            yield str(first)
            continue
        blocks = [piece]
        while blocks[-1].number < blocks[-1].count:
            socket.send(json.dumps({"_method": NEXT}))
            following = block(str(socket.recv()))
            if following is not None:
                blocks.append(following)
        yield join(blocks)


def replies(room: Room, call: Mapping[str, Any]) -> Iterator[str]:
    """What goes back for one call, in the control's present manner."""
    match room.manner:
        case "hang":
            room.over.wait(60)
        case "lost":
            raise ConnectionClosed(None, None)
        case "odd":
            yield "电子口岸"
        case "twice":
            yield said(room, {**call, "_id": call["_id"] - 1, "_method": "cus-sec_SpcGetCardID"})
            yield said(room, call)
        case _:
            yield said(room, call)


def said(room: Room, call: Mapping[str, Any]) -> str:
    """The answer to one call; ``_status`` is "00" whatever happened."""
    try:
        args: dict[str, Any] = {"Result": True, "Data": list(room.do(call["_method"], call["args"])), "Error": []}
    except CardFailure as failure:
        args = {"Result": False, "Data": [], "Error": [failure.words, failure.number]}
    answer = {"_id": call["_id"], "_method": call["_method"], "_status": "00", "_args": args}
    return json.dumps(answer, ensure_ascii=False)
