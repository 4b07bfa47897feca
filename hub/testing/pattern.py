"""Texts for a pattern: what a sample says where a schema wants letters and digits in a certain order."""

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

REGEX: Any = importlib.import_module("re._parser")  # the standard library's own reading of a pattern
LONGER = 40  # how many more repetitions of a pattern are tried for the sake of a minimal length
ANYTHING = "aA0中 -_.#"
CATEGORIES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a"}


def matching(pattern: str) -> Iterator[str]:
    """Texts that match ``pattern``, short ones first; the same pattern gives the same texts."""
    parsed = REGEX.parse(pattern)
    for more in range(LONGER):
        yield _written(parsed, more)


def _written(nodes: Sequence[tuple[Any, Any]], more: int) -> str:
    return "".join(_one(str(op), argument, more) for op, argument in nodes)


def _one(op: str, argument: Any, more: int) -> str:
    """The text for one part of a parsed pattern; ``more`` repetitions than needed where more are allowed."""
    match op:
        case "LITERAL":
            text = chr(argument)
        case "NOT_LITERAL":
            text = next(sign for sign in ANYTHING if ord(sign) != argument)
        case "ANY":
            text = "A"
        case "IN":
            text = _member(argument)
        case "MAX_REPEAT" | "MIN_REPEAT":
            low, high, nodes = argument
            text = _written(nodes, 0) * min(int(low) + more, int(high))
        case "SUBPATTERN":
            text = _written(argument[-1], more)
        case "BRANCH":
            text = _written(argument[1][0], more)
        case _:  # an anchor
            text = ""
    return text


def _member(items: Sequence[tuple[Any, Any]]) -> str:
    """A character of a class."""
    if str(items[0][0]) == "NEGATE":
        return next((sign for sign in ANYTHING if not any(_in(sign, item) for item in items[1:])), "a")
    op, argument = str(items[0][0]), items[0][1]
    if op == "RANGE":
        return chr(argument[0])
    return chr(argument) if op == "LITERAL" else CATEGORIES.get(str(argument), "a")


def _in(sign: str, item: tuple[Any, Any]) -> bool:
    op, argument = str(item[0]), item[1]
    if op == "RANGE":
        return bool(argument[0] <= ord(sign) <= argument[1])
    if op == "LITERAL":
        return bool(argument == ord(sign))
    classes = {"CATEGORY_DIGIT": str.isdigit, "CATEGORY_SPACE": str.isspace, "CATEGORY_WORD": str.isalnum}
    return op == "CATEGORY" and bool(classes.get(str(argument), str.isascii)(sign))
