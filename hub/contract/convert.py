"""How one value of ours is written in a partner's text and read from it: cents, 14-digit times, Y and N, code pairs.

A converter is a row of facts, so that a plugin's table says ``Row("amount", "PayAmt", FEN)`` and nothing has to be
programmed. Both ways are exact or raise ValueError; the message never shows the value, which may be personal.
"""

import base64
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
BLANK = " \t\r\n"
DIGITS, WHOLE, FRACTION = (re.compile(pattern) for pattern in ("[0-9]+", "-?[0-9]+", r"-?[0-9]+(\.[0-9]+)?"))


@dataclass(frozen=True)
class Convert:
    """One way of writing; ``python`` is the type on our side."""

    name: str  # as an error says it: "is not <name>"
    python: type
    to_text: Callable[[Any], str] = field(repr=False)
    from_text: Callable[[str], Any] = field(repr=False)
    exact: bool = True  # what is written reads back as the same value; times may lose their fractions
    decimals: int | None = None  # how many decimals it takes at most

    def write(self, value: Any) -> str:
        """The partner's text. Raises ValueError for another type, and for a value that would not come back the same."""
        if type(value) is not self.python:  # a bool is no whole number, a datetime no date, a float no amount
            raise ValueError(f"is not of the type {self.python.__name__}")
        try:
            text = self.to_text(value)
            same = not self.exact or self.from_text(text) == value
        except (ValueError, ArithmeticError):
            same = False
        if not same:
            raise ValueError(f"cannot be written as {self.name}")
        return text

    def read(self, text: str) -> Any:
        """Our value. Raises ValueError."""
        try:
            return self.from_text(text.strip(BLANK))
        except (ValueError, ArithmeticError, LookupError):
            raise ValueError(f"is not {self.name}") from None


def moment(name: str, form: str, digits: int | None = None) -> Convert:
    """A time that names no zone and means China's, written as ``form``; ``digits``: so many, and nothing else."""

    def write(value: datetime) -> str:
        return _aware(value).astimezone(CHINA).strftime(form)[:digits]

    def read(text: str) -> datetime:
        if digits is not None and not (len(text) == digits and DIGITS.fullmatch(text)):
            raise ValueError(text)
        return datetime.strptime(text, form).replace(tzinfo=CHINA).astimezone(UTC)

    return Convert(name, datetime, write, read, exact=False)


def day(name: str, form: str) -> Convert:
    """A date written as ``form``, with all its zeros."""

    def read(text: str) -> date:
        value = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        if value.strftime(form) != text:
            raise ValueError(text)
        return value

    return Convert(name, date, lambda value: value.strftime(form), read)


def pairs(name: str, table: Mapping[Any, str]) -> Convert:
    """Our code -> the partner's, one to one. A code in neither column raises: there is no default."""
    back = {theirs: ours for ours, theirs in table.items()}
    if len(back) != len(table) or not table:
        raise ValueError(f"{name}: two codes of ours are one of the partner's")

    def look(where: Mapping[Any, Any], code: Any) -> Any:
        if code not in where:
            raise ValueError(name)
        return where[code]

    return Convert(name, type(next(iter(table))), lambda ours: look(table, ours), lambda theirs: look(back, theirs))


def scaled(name: str, factor: int) -> Convert:
    """A decimal that the partner writes ``factor`` times as large: a rate in per cent (100) or per mille (1000)."""
    return Convert(
        name, Decimal, lambda value: _plain((value * factor).normalize()), lambda text: _decimal(text) / factor
    )


def text(most: int, encoding: str = "gbk") -> Convert:
    """A text of at most ``most`` octets in the partner's encoding: a Chinese character counts two, a rare one never."""

    def write(value: str) -> str:
        if len(value.encode(encoding)) > most:
            raise ValueError(value)
        return value

    return Convert(f"a text of up to {most} octets of {encoding}", str, write, str)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time must name its zone")
    return value


def _plain(value: Decimal) -> str:
    return format(value, "f")  # never an exponent


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _decimal(text: str) -> Decimal:
    return Decimal(_matched(FRACTION, text))


def _write_fen(amount: Decimal) -> str:
    return _plain((amount * 100).to_integral_value())


def _read_fen(text: str) -> Decimal:
    return (Decimal(_matched(WHOLE, text)) / 100).quantize(CENT)


def _read_bool(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _read_base64(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def _read_iso(text: str) -> datetime:
    return _aware(datetime.fromisoformat(text)).astimezone(UTC)


TEXT = Convert("a text", str, str, str)
INT = Convert("a whole number", int, str, lambda text: int(_matched(WHOLE, text)))
DECIMAL = Convert("a decimal number", Decimal, _plain, _decimal)
YUAN = Convert("yuan with two decimals", Decimal, lambda amount: _plain(amount.quantize(CENT)), _decimal, decimals=2)
FEN = Convert("whole cents (分)", Decimal, _write_fen, _read_fen, decimals=2)
BASE64 = Convert("base64", bytes, lambda octets: base64.b64encode(octets).decode("ascii"), _read_base64)
BOOLEAN = Convert("true or false", bool, lambda value: str(value).lower(), _read_bool)
YES_NO = pairs("Y or N", {True: "Y", False: "N"})
ONE_ZERO = pairs("1 or 0", {True: "1", False: "0"})
DATE8 = day("a date of 8 digits", "%Y%m%d")
DATE10 = day("a date such as 2026-11-20", "%Y-%m-%d")
STAMP14 = moment("a time of 14 digits, of China", "%Y%m%d%H%M%S", 14)
STAMP17 = moment("a time of 17 digits, of China", "%Y%m%d%H%M%S%f", 17)
STAMP19 = moment("a time such as 2026-11-20 09:00:00, of China", "%Y-%m-%d %H:%M:%S")
LOCAL = moment("an ISO time of China, without its zone", "%Y-%m-%dT%H:%M:%S")
ISO = Convert("an ISO time with its zone", datetime, lambda value: _aware(value).isoformat(), _read_iso)
ID32 = Convert("a message id of 32 digits", str, lambda id: uuid.UUID(id).hex, lambda text: str(uuid.UUID(hex=text)))
