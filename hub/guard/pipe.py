"""What crosses the pipe between the hub and a plugin's process, and what may come back.

    hub -> plugin    ("call", method, arguments)        plugin -> hub    ("sign", data)
    hub -> plugin    ("signed", value)                  plugin -> hub    ("result", value)
                                                        plugin -> hub    ("raised", name, arguments)

Values of the contract, of the standard library's dates and numbers and plain containers: nothing else is made from
what a plugin's process sends.
"""

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from hub.contract.adapters import Context, Refusal
from hub.contract.message import Raw
from hub.contract.status import UnmappedCode
from hub.contract.suites import USER_ID
from hub.contract.transport import AnswerLost, NotSent
from hub.guard.fault import FaultKind, PluginFailed

CONTRACT = "hub.contract."
PLAIN = {
    ("datetime", "datetime"), ("datetime", "date"), ("datetime", "time"), ("datetime", "timedelta"),
    ("datetime", "timezone"), ("decimal", "Decimal"), ("builtins", "set"), ("builtins", "frozenset"),
}  # fmt: skip


class _Results(pickle.Unpickler):
    """Reads values of the contract only."""

    def find_class(self, module: str, name: str) -> Any:
        """Raises UnpicklingError for anything else."""
        if module.startswith(CONTRACT) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        elif (module, name) in PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of the contract")


def send(connection: Connection, message: tuple[Any, ...]) -> None:
    """Send ``message``."""
    connection.send_bytes(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def receive(connection: Connection) -> tuple[Any, ...]:
    """The next message of a plugin's process. Raises PluginFailed for one that is not of the contract."""
    try:
        message: tuple[Any, ...] = _Results(io.BytesIO(connection.recv_bytes())).load()
    except (pickle.UnpicklingError, AttributeError, IndexError, ValueError, TypeError) as error:
        raise PluginFailed(FaultKind.RAISED, f"what came back cannot be read: {error}") from error
    return message


def packed(argument: Any) -> Any:
    """An argument without what cannot or must not leave the process."""
    if isinstance(argument, Context):
        signer = RemoteSigner(argument.signer.algorithm, argument.signer.certificate)
        return replace(argument, signer=signer, settings=dict(argument.settings))
    if isinstance(argument, Raw):
        return replace(argument, headers=dict(argument.headers.items()))
    return argument


@dataclass
class RemoteSigner:
    """The hub's signer as a plugin's process knows it: the key stays where it is, the data goes there."""

    algorithm: str
    certificate: bytes
    connection: Connection | None = None

    def sign(self, data: bytes, user_id: bytes = USER_ID) -> bytes:
        """The signature value over ``data``. Raises OSError without a connection."""
        if self.connection is None:
            raise OSError("this signer is on its way")
        send(self.connection, ("sign", data, user_id))
        _, value = self.connection.recv()
        return bytes(value)


RAISES: Mapping[str, type[Exception]] = {kind.__name__: kind for kind in (Refusal, UnmappedCode, NotSent, AnswerLost)}


def raised(error: Exception) -> tuple[Any, ...]:
    """An exception as values."""
    if isinstance(error, Refusal):
        return ("raised", "Refusal", (error.code, error.detail, [dict(row) for row in error.explanation]))
    if isinstance(error, UnmappedCode):
        return ("raised", "UnmappedCode", (error.table, error.code))
    if isinstance(error, NotSent | AnswerLost):
        return ("raised", type(error).__name__, (str(error),))
    if isinstance(error, MemoryError):
        return ("raised", "MemoryError", ())
    return ("raised", "", (type(error).__name__,))


def raise_again(name: str, arguments: tuple[Any, ...]) -> NoReturn:
    """The exception of :func:`raised`, here."""
    if name == "MemoryError":
        raise PluginFailed(FaultKind.GREW, "outgrew its memory")
    if name not in RAISES:
        raise PluginFailed(FaultKind.RAISED, str(arguments[0]))
    if name == "Refusal":
        code, detail, explanation = arguments
        raise Refusal(code, detail, explanation=explanation)
    raise RAISES[name](*arguments)
